"""Sentences of service messages.

``{F}``, ``{L}``, ``{N}``, ``{A}`` take a person, ``{P}`` a place, ``{O}`` a brand, ``{first}`` and ``{last}`` a thing named like a person.
"""

PERSONS = tuple(
    line.strip()
    for line in """
Hi {F}, thanks for your help with my order.
Hello {N}, I wrote to you last week about my bill.
Dear {F} {L}, we are sorry to hear about the delay.
Dear Mr {L}, your parcel is on its way.
Dear Mrs. {L}, please call us back.
Ms {L} from your office told me to write here.
Dr {L} said that I should send you the form.
My name is {N} and I have been waiting for three weeks.
my name is {N}, account locked since monday
I am {N}, a customer since 2012.
i'm {F} btw
This is {F} again, still no refund.
this is {F}, i called yesterday
it's {F} from the second floor
it's me {F}
Regards, {N}
Kind regards,
{N}
Best, {F}
Cheers {F}
Thanks, {F}
Thank you {F} for sorting it out so fast!
thx {F} ur a star
Many thanks
{N}
Yours sincerely, {N}
- {F}
I spoke with {F} in billing and she promised a callback.
Spoke to {A}, very helpful.
talked to {F} yesterday he said 2 days
The agent, {F}, was rude and hung up.
{F} was amazing, give her a raise.
{F} at the front desk was lovely.
{F} from support fixed it in five minutes.
{F} said it would be here on Friday and it was not.
{F} told me that the fee was waived.
Ask {F}, he knows about it.
Ask for {F} at the counter.
Please call {A} on the number below.
Please give the parcel to {A} next door.
The parcel was signed for by {A}, who does not live here.
Delivered to {A} at number 12.
My husband {F} has the same problem.
My wife {F} is the account holder.
my son {F} (9) bought coins in the game
My daughter {F}'s birthday is on Sunday.
my mum {F} cannot log in
My late father {N} had a policy with you.
My colleague {A} opened ticket 4471 last week.
My neighbour {A} has the key.
My landlord {A} says you must fix it.
our guide {F} made the trip
Passenger: {N}
Passenger name {N}, seat 14C.
Name: {N}
name: {N}
Customer: {N}
Contact: {N}
Account holder: {N}
Attn: {N}
c/o {N}
Agent {F}: Good morning, how can I help you today?
You are now chatting with {F}.
{F}: is there anything else?
[14:02] {F}: let me check that for you
{F} has joined the chat.
Cust {A} called re: late delivery.
Caller {A} wants a callback after 5.
cb requested mr {L}
cust {F} on line 2
VM left for {A}.
Tech {F} on site 10-12.
The booking is under {N}.
the booking is under {L}
Booked for {F} and {F}, two nights.
Table for two, name {L}.
The card belongs to {N}.
Please change the name to {N}.
It must say {N}, not {N}.
Remove {A} from the account please.
Add {N} as a second user.
Invoice to {N} please.
From: {N} <someone@example.com>
On Monday, {N} wrote:
> {F} wrote:
Fwd: {N}
To {N} and team,
Hi {F} and {F},
{F} and {F} from the shop were great.
{F} & {F} won the giveaway.
{F}, {F} and I were on the same flight.
Shoutout to {F} at gate 12!
big up {F}, what a legend
Kudos to {A} on the night desk.
not {F} getting bumped off the flight lol
where is {F} when you need him
tell {F} she is a star
who is {F} and why do I get his mail
{F} if you read this: thank you!
{F} here, any news?
{N} here again. Still no fridge.
{F} please call me back
Hey {F} can you check my order
hi {F}
hey {F}!
hello {F}
ok {F}
yes, {N}
sure, it's {N}
surname {L}, first name {F}
first name is {F} last name {L}
{L}, {F}
{N}
{F}
i am {F} {L} and i moved last month
I was told by {F} that it is policy. Then {F} told me it is not.
Signed, {N}
Signature: {N}
Head of sales: {N}
{N}
Managing Director
{N} | Senior Buyer | Brightwater Ltd
The driver {F} was polite.
the driver's name was {F}
The technician, {F}, left his drill.
An engineer called {F} came and did nothing.
A lady named {F} sorted everything out.
some guy called {F} promised me a refund
Nurse {F} was kind to my grandmother.
My doctor {N} wrote the letter.
My lawyer {N} will be in touch.
Professor {L} recommended it.
Chef {N} came to our table.
Sister {F} would have written in red ink.
My trainer {F} changed my life.
Landlord {F} gave us eggs.
gift message: happy birthday {F}!
Happy birthday {F}, love from all of us
Emergency contact {N} (father)
Beneficiary {N}
Patient {N}, room 9.
Driver: {N} Truck: 22 pallets
Tenant {N} in 4B
Employee of the month: {F} from the bakery
I think {F} should be promoted.
Please cancel the appointment for {A} on Thursday.
can u ask {F} if he will be there
{F} said u have my keys
{F}'s mum can't come today
his real name is {N}
He goes by {F}.
my maiden name was {L}
I am not Mrs {L}, I am {N}.
The insurance of {N} has expired.
Could you transfer me to {F}?
I'd like to speak to {F} please.
I'd recommend {N} to everyone.
Review by {F}, verified buyer
um hi this is {N} calling about the boiler
yeah hello {F} it's {F} from upstairs
hello i am {N} i bought a phone
{F} just told me to reset it again
Has {F} answered you yet?
Why does {F} get the points and not me?
{F} never called back.
{F} refused to look at the receipt.
I emailed {F} {L} on the 3rd.
We met {N} at the branch in Leeds.
I flew from Paris with {F}.
My boss {F} uses Microsoft Teams.
""".strip().splitlines()
)

TRAPS = tuple(
    line.strip()
    for line in """
The {first} sofa in grey arrived with a scratch.
The {first} chair and the {first} table do not match.
Is the {first} dress available in red?
I bought the {first} lamp in June.
Do you still sell the {first} mattress?
The {first} bag is too small for a laptop.
The {first} suite has a view, the {first} suite needs paint.
{first} theme breaks the menu in Firefox.
Returned it to {last} & Sons, they were no help.
{last} Ltd never answered.
{last} Group charged me twice.
{last} Bank says the payment went out.
Bought at {last}'s Hardware store on Saturday.
We stayed at the {last} Hotel near the station.
The queue at {last} Airport was endless.
Collect it at {last} Street station.
Is {last} Road closed today?
The {last} Arena show was cancelled.
I ordered the {first} scented candle twice.
The storm {first} delayed all flights.
May I bring my own wine?
Will it be here before Christmas?
Will you be open in April?
Hope you can help me soon.
Grace period of thirty days? More like three.
Mark my words, this company is finished.
Frank answer please: yes or no?
I have faith in you.
Joy is not what I felt.
Bill me in May or June.
The May bill and the June bill are wrong.
April was late, May was later.
Rose gold or space grey?
Summer menu great, winter menu poor.
Jasmine rice was mouldy.
Rich flavour, poor packing.
Alexa does not hear me.
Siri and Alexa both failed.
Hey Siri call the shop
Okay Google, find the nearest store.
Amazon and FedEx agreed to ruin my day.
Paris is great but London is better.
My flight from Boston to Madrid was late.
The train to Victoria was late again.
Sydney to Tokyo took twelve hours.
Is Jordan a good place to visit?
Georgia peaches arrived rotten.
Brooklyn is the name of the stroller.
The Charlotte to Austin flight was cancelled.
Delta says no, Lufthansa says yes.
Hilton and Marriott points do not mix.
Chase declined my card.
John Lewis would not take it back.
Tesla service in Munich is bad.
Wendy's was closed, so we went to Denny's.
Ben & Jerry's was sold out.
Dear Sir or Madam,
Dear customer service team,
Dear Support,
Hi there,
Hi all,
Hello team,
Good morning
Kind regards
Best regards,
Many thanks
Thanks again
Cheers!
Sent from my iPhone
Monday morning and the trains are cancelled.
See you on Friday.
WORST SERVICE EVER
NEVER AGAIN
STOP CALLING ME
PLEASE HELP
Where is my refund?
Third reminder!!!
Ticket 4471 is still open.
Subject: Refund
Re: Complaint
Order Confirmation
Customer Service
Gold Member since 2012.
Samsung Galaxy and iPhone both crash.
Windows 11, Chrome 121, Bluetooth off.
Android 14 on a Pixel 7.
Premium costs 9.99, Family costs 14.99.
Black Friday deal did not work.
Good Friday opening hours?
Happy New Year to all of you!
Merry Christmas
English or German, both fine.
The Italian place next door is better.
Hat trick. Wrong dish, wrong bill, wrong amount.
Lego set with bags missing.
Apple Pay, Google Pay or card?
Never Again would I book here.
Update: they called me!
PS: the box was open.
Hot take: paper tickets were fine.
Anyone else having trouble with the app?
Honest garage, fair price.
Solid but heavy.
Great location, noisy at night.
Seriously? Again?
Unreal.
Wow.
Agent: how may I help?
Customer: I can't find the button
Bot: Thank you!
Caller would not give a name.
Cust wants refund, told 5 days.
Verified address, case closed.
Refund issued, customer happy.
Passed to National Grid.
Emergency crew sent.
Meter reading submitted.
Room 208 has the view.
Platform 9 was full.
Seat F17, Row Q.
Junction 15 on the M6.
Brightwater Ltd needs an invoice.
Net price, VAT, gross price.
The manager was rude.
A young man served us.
My sister works there.
Your engineer never came.
""".strip().splitlines()
)

PLACED = tuple(
    line.strip()
    for line in """
Our flight from {P} to {P} was cancelled.
The train to {P} was late again.
Do you ship to {P}?
I bought a {O} from a dealer in {P}.
Is {P} a good place to visit in winter?
The {P} store has the coat, the {P} store does not.
The {P} bag and the {P} bag are different.
chair model {P}, table model {P}
Room {P}, third floor.
stuck at {P} again, no bus
{P} to {P} took six hours.
{P} office was closed.
Great service in {P}, terrible one in {P}.
I was in {P} when it happened.
in {P} until Sunday
I live in {P}.
{F} lives in {P} now.
{F} from the {P} branch was helpful.
We met {F} in {P}.
{N}, {P}
Issued: {P}
Nationality: {O}
City: {P}
next to the metro stop {P}
the road to {P} is closed
I have a {O} dishwasher and a {O} oven.
{O} says no, {O} says yes.
Why is {O} cheaper?
{O} is not answering my chat.
I paid with {O}.
My {O} broke after a week.
{O} key is on the back of the box.
Transferred from {O} to you.
Can I use {O} or {O}?
{O} and {O} agreed to ruin my day.
{O} price match?
my {O} and my {O} both crash
I asked {O} and they say it is yours.
Better than {O}, cheaper than {O}.
A fan of {O} would love it.
{F} works at {O}.
{N} ({O})
{F} fixed my {O}.
I am {O} and I live in {P}.
Mit freundlichen Grüßen
Freundliche Grüße
Viele Grüße aus {P}
Cordialement
Saludos
Un saludo
Cordiali saluti
Met vriendelijke groet
Mit freundlichen Grüßen {N}
Cordialement, {N}
Un saludo, {N}
Cordiali saluti {N}
Met vriendelijke groet, {F}
the barista was rude
the driver left
mac address on the sticker
ask your colleague
Dear Anonymous
Dear Customer
Hello Friend
Hi Support
Sehr geehrte Damen und Herren
Sehr geehrter Herr {L}
Sehr geehrte Frau {L}
Chère Madame {L}
Estimada señora {L}
Frau {L} hat angerufen
it was for my gran, {N}, she's 91
for my gran {N}
his name is {F}, hers {F}
hi its {F} from the queue yesterday
hi uh this is {N} um calling about the boiler
um hello this is {F} i uh need help
i'm {F}. just {F}. no last name
It's for Baby {L}, she has no passport.
Will {F} be there?
will {F} call me back
can {F} call me
did {F} send it
{F} and i broke up
ask {F}
{F} or {F}
name {F}
user {F}
Name on card: {N}
cust name {N}
Mr and Mrs {L} moved out.
The {L}s moved out.
{F}'s order
{F}'s and my account
@someone {F} is right
lol {F} stop
omg {F}!!!
thx {F} <3
{F} 😡 where is my order
😀{F}😀 here
*{F}*
"{F}"
({N})
<b>{N}</b>
<td>{N}</td>
{N}<br>{P}
{F}, {P}
{F} ({P})
Dr. {N}, {P}
Dr {N}'s practice
prof. {L}
St. {L} Hospital
the {last} award
its {F}
its {F} again lol
im {F}
i'm {F}, hi
hi its {F} from the shop
this is {F} from the third floor
{F} told me
{F} did it
{F} wont answer
ok so {F} says no
tell {F} i said hi
did {F} call
thats {F}'s bag
{F}'s phone is broken
my friend {F}'s parcel
{F} and me
me and {F} ordered together
from {F} to {F}
to {F}, from {F}
love, {F}
xx {F}
{F} x
~{F}
-{F}
/{F}
^{F}
grts {F}
rgds {F}
BR, {F}
BR
{N}
br {F}
Sent by {N}
Prepared by: {N}
Approved by {N}.
cc {N}
@{O} {F} at your desk was rude
the lady {F} was nice
supervisor {F} hung up
sup {F} cb
rep {F} lied
mgr {N} ok'd it
spoke w {F}
s/w {N}, ok
adv {F} to call
cust's son {F}
pt {N} dob
Mr {F} {L} called
mr {L} wants his money
mrs {L} again
dr {L} please
miss {F} {L}
Sir {F}
Auntie {F} would do better
Uncle {F} fixed it
grandma {F}
Pastor {N}
Captain {L}
Judge {L}
coach {L}
{L} here.
{L} family, room 4
the {L} family
party of {L}
reservation {L}
under {L}, L as in lemon
spelled {L}
it's spelled {F}
{F}, spelled with a K
not {F} but {F}
{F} (my wife)
my wife, {F},
our son {F}
kids {F} and {F}
my dog {F} ate it
our cat {F}
Nominee: {F}
Winner: {N}
Thanks to {F} and {F}!
@{O} thanks {F}
{F} 👏👏
{F} ❤️
{F}!!!
{F}?
{F}: ok
<{F}> hello
[{F}] on it
{F} wrote:
Hi {F} - any news?
Hi {F}. Any news?
Hi {F}! Any news?
Hey there {F}
Morning {F}
Evening {F},
good day {N}
dear {F}
Dear {N},
Hello Ms {L},
Hallo {F}
Hola {F}
Bonjour {N}
Ciao {F}
Namaste {F} ji
{F} san
{F}-san
{F} bhai
{F} didi
Herr {L}
Signora {L}
Sr. {L}
Mme {L}
M. {L}
""".strip().splitlines()
)
