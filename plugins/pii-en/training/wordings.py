"""Sentences about things named like people, and about people beside them, in many wordings.

The slots are those of ``shorthand.py``; ``{shop}``, ``{thing}``, ``{title}``, ``{sight}``, ``{saying}`` and ``{foreign}`` take what
``lookalikes.py`` holds, ``{word}`` a plain word, ``{role}`` what somebody does, ``{U}`` initials and a last name in capitals,
``{V}`` a full name in capitals, ``{E}`` one in small letters.
"""


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.strip().splitlines() if line)


ROLES = _lines("""
porter
caretaker
janitor
doorman
cleaner
gardener
mechanic
plumber
electrician
courier
postman
driver
cashier
baker
butcher
barber
hairdresser
stylist
nurse
midwife
carer
pharmacist
dentist
vet
physio
surgeon
teacher
tutor
coach
trainer
instructor
headmistress
secretary
receptionist
concierge
usher
steward
stewardess
captain
pilot
guide
host
landlady
landlord
tenant
lodger
neighbour
flatmate
roommate
lawyer
solicitor
barrister
notary
accountant
bookkeeper
bookbinder
cellist
violinist
sculptor
tailor
cobbler
carpenter
joiner
roofer
painter
decorator
welder
fitter
engineer
technician
programmer
architect
surveyor
planner
manager
foreman
supervisor
deputy
intern
apprentice
trainee
clerk
teller
broker
adviser
agent
seller
buyer
dealer
florist
farmer
shepherd
fisherman
chandler
chef
cook
waiter
waitress
barista
bartender
bouncer
guard
warden
officer
constable
sergeant
councillor
mayor
priest
vicar
imam
rabbi
chaplain
nun
grandson
granddaughter
nephew
niece
cousin
stepdad
stepmum
godmother
fiancé
boyfriend
girlfriend
ex
lad
boss
colleague
assistant
bestie
""")

ABOUT_THINGS = _lines("""
Bought it at {shop}, took it back to {shop}.
Is {shop} open on Sunday?
{shop} has it for less, will you match the price?
I miss the old {shop} tearoom.
The {shop} in the high street has closed.
why is {shop} on my statement
My statement says {shop} 14.20, what is that?
payment to {shop} declined twice
A charge from {shop} that I do not know
Do you sell {shop} gift cards?
do you have the {shop} stripe one in medium or the {shop} in large
the {shop} one in a size 10
{shop} jeans: W32 L34 sold out everywhere in {P}.
{shop} says it is your fault, you say it is {shop}'s.
Comparing: {shop} has no fee, {shop} has people. What do you have?
Switched from {shop} to you and regret it.
Your ad says "join two million happy savers at {shop}".
{shop} ruined it, then {shop} ruined it, and now you.
{shop} shampoo leaked all over the box
Two {shop} and a {thing} cost 31 dollars at your bar.
Can I use {shop} spray on marble?
No, use {shop} or plain water.
A (store): try {shop} instead
{shop} tennis balls arrived flat. Batch L2409B.
the {shop} counter in {sight}
the {shop} stand at the airport
Spring at {shop}: up to 40 % off
{shop} collection, terms apply
The voucher says {shop} but the till says no.
My {shop} coat lost a button
my {shop} boots split after a week
{shop} trainers in white, size 9?
{shop} 1460 in oxblood, when's the restock
I'd rather go to {shop}.
We had lunch at {shop}.
lunch at {shop} was cold
the queue at {shop} goes round the block
the sign says {shop}, the receipt says {shop}
Delivered to {shop} next door instead.
Left at {shop}, collect within five days
parcel shop: {shop}, {sight}
Please invoice {shop}, not me.
invoice {shop}, attn accounts
Supplier: {shop}
Employer: {shop}
merchant: {shop}
Ordered from {shop} via your app
ordered two {thing} and got one
{shop}'s fries are better
{shop} and {shop} both take cards, you don't
is {shop} the same company as {shop}?
who owns {shop} now
{shop} used to be good
{shop} went bust, is my money safe?
the man from {shop} never came
somebody from {shop} rang about the boiler
I work at {shop}.
we rent from {shop}
our landlord is {shop}
my dentist is {shop}
I saw it at {shop} for half
loved {shop}, hated the parking
{shop}: five stars
10/10 would {shop} again
Do you deliver to {shop}, {sight}?
Book a table at {shop} for four
gift card for {shop} wanted
Tickets for {title} are gone.
two tickets for {title} on Friday please
is {title} sold out
The {title} matinee was cancelled
we saw {title} and the seats were tiny
{title} season 3 is missing
when does {title} come back to the app
why can't I stream {title}
subtitles for {title} are wrong
{title} stops after ten minutes
your app won't let me buy {title} as a ringtone. or {title}. or {title}.
hold music is {title} again
if I hear {title} once more I cancel
please play {title}
who sang {title}, you or the radio
the DVD of {title} is scratched
the {title} audiobook skips
the {title} soundtrack
the {title} mug broke
a {title} costume, age 6
reading {title} to the kids
her book is called {title}
the film {title} has no sound
the song {title}
"{title}" is a duplicate
the musical '{title}'
rented {title}, watched ten minutes
my daughter wants the {title} cake
watching {title} on hold
The {thing} was dry, the {thing} was fine, the {thing} heaven.
Ordered a {thing}, got a {thing}. No apology either.
A {thing}, a {thing} and two coffees, 31.50.
one {thing} and a {thing} please
my {thing} arrived cracked
the {thing} has a loose leg
Is the {thing} back in stock?
do you sell the {thing}
Do you sell the {first} mirror? - The {first} has been replaced by the {first}.
Agent: The {thing} has been replaced by the {thing}.
my {thing} makes a noise
a {thing} in blue, a {thing} in red
the {thing} manual is missing
the battery of the {thing}
filters for the {thing}?
{thing} won't charge
{thing} v2 or v3?
{thing} 3 and {thing} 4 have other plugs
the {first} 3 is louder than the {first} 2
Does your "{first}" rucksack count as hand luggage?
Does the "{sight}" bag fit under the seat?
the {first} in oak and the {first} in walnut
{first} (grey) and {first} (sand), which is softer?
the {first} lipstick, shade {last}
{first} by {shop} has dried out
model {first}, colour {last}
size M in {first}, size L in {last}
the {last} recliner squeaks
a {first} hoover, a {first} vacuum
our {first} hoover lost its face
the {first} bookcase has no screws
{first} shelf, {first} desk, both scratched
{first} & {first} kids' plates
Is the {first} & {last} candle vegan?
{first} rose, {last} rose
the {first} apple is sour
{first} potatoes were green
storm {first} took our line down
Storm {first}, then storm {first}
since hurricane {first} no signal
A {sight} made of pizza? In {sight}? Brilliant menu.
Pls add {sight}, {sight} and {sight} to the quiz.
They come from {sight}. Nice knives though.
the '{sight} steel' knives come from {sight}
The {sight} office gave me a form; {sight} wants another.
{sight} is on your map twice
weather app says 31 degrees in {sight}
trains to {sight} and {sight} are off
{sight} to {sight} via {sight}
change at {sight} for {sight}
{sight} was packed
{sight} branch, second floor
meet at {sight}?
the {sight} line is down
is {sight} step free
a taxi from {sight} to {sight}
our flight from {sight} left without us
the label says {sight}, your mail says {sight}
your first mail says {P}, the label says {P}
still in {sight}, says the tracking
Stuck at {sight} since noon
hotel near {sight}
a window table over {sight}
{sight} postcard set
all of {sight} has no water
Might be {saying}?
{saying} strikes again
It's {saying}, that's all.
Is it {saying} or {saying}?
Your helpline is {saying}.
a case of {saying}
my gran has {saying}, the font is too small
do you open on {saying}
closed for {saying}
in {saying} or in {saying}?
does it run on {saying}
written in {saying}
set in {saying}, 11 pt
what the {saying}
{saying}! Forty minutes!
{foreign}! All working after the reset.
{foreign}, my card does not work.
{foreign}, do you speak English?
{foreign}! The form wants a number.
{foreign}. The ferry was cancelled.
{foreign} from {P}
{foreign} and goodbye
{foreign}, sorry, wrong window
I mean receipt! {foreign}
{foreign} as we say here
that's {foreign} in English
{foreign}!
{foreign}
Kind regards, or {foreign}
The museum {shop} is in {sight}
thank you for calling {shop} our opening hours are nine to six
welcome to {shop} your call is important
you have reached {shop}
this is {shop}, we are closed
{shop} here. Your parcel is ready.
From: {shop}
Subject: {shop} newsletter
how do I stop getting mail from {shop}
unsubscribe me from {shop}
Regards, {shop}
Your friends at {shop}
{shop} Customer Care
{shop} | {sight} | since 1890
Hi {shop}
hey {shop} where's my order
thanks {shop}
thank you {shop}, great service
@{shop} still waiting
Dear {shop},
love {shop}
well done {shop}
shame on you {shop}
{shop} please answer
the {shop} app
{shop} login loops
my {shop} points are gone
{shop} miles, {shop} status
my {shop} card was cloned
{shop} closed my account
ask {shop}
a pint of {shop}
a bottle of {shop}
a jar of {shop}
the {shop} sauce
{shop} crisps, salt
{shop} chocolate melted
tins of {shop}
{shop} paint, 2 litres
{shop} drill bit
a {shop} van blocked the drive
a {shop} lorry
drove a {shop} since 2012
the {shop} dealer wants 900
{shop} part number
spare key for a {shop}
{shop} vs {shop}
the {last} report
the {last} method
{last}'s law
{last} syndrome
the {last} scale
{last} test strips
{last} Road works
{last} Street depot
{last} Avenue bus stop
{last} House, reception
the {last} estate, phase 2
the {last} trophy
{last} Stadium
{last} Airport, gate B7
{last} Square Christmas market
the {first} {last} Theatre
the {first} {last} Prize
the {first} {last} School
{first} {last} Airport
{first} {last} Street
{first} {last} station
the {first} {last} bridge is closed
the {first} {last} biography
a biography of {first} {last}
the {first} {last} tour
{first} {last} tickets
{first} {last} at the O2
{first} {last} tribute night
the new {first} {last} album
{first} {last} poster
a {first} {last} print
{first} {last} for {shop}
{first} {last} perfume
{first} {last} cookbook
{first} {last} non-stick pan
the {first} {last} range
{first} {last}, the audiobook
Happy {first} Day
{first}'s Law passed
Operation {first}
Project {first} is late
server {first} is down
printer {first} has no paper
meeting room {first}
room "{first}", second floor
ward {first}
the ship MS {first}
ferry {first} {last}
the {first} of the Seas
our boat, the {first}
Ferry "{first}" was late
horse called {first}
our goldfish {first}
my cat {first} chewed the cable
the dog, {first}, ate it
puppy {first} needs food
a statue of {first} {last}
a monument to {last}
as {first} {last} said in that film
{first} {last} would be proud
like a {first} {last} song
the {last} government
the {last} budget
Vote {last}
since {last} was president
shirt with {last} 10 on the back
the {last} jersey
{last} scored twice, your stream froze
{last} vs {last}, stream froze at half time
the {last} trial on tv
the form wants my {term}
my {term} is rejected
{term} not accepted
your page says my {term} is wrong
what is a {term}
need the {term} number
{term}: see attached
{term} expired
my {term} expired last month
{term} or {term}?
{term} and {term} both fail
is {term} down
{term} build fails since Friday, {term} shows nothing, {term} quiet
{term} lag on the orders topic
{term} login loops
connect {term} to {term}
export as {term}
can I pay with {term}, or is it just {term}?
paid by {term}
{term} charged me twice
{term} says ask {shop}
{O} says ask {O}
{O} and {O} agree for once
{O} 501 shrinks
{O} 13 mini, {O} 17
the {O} one, not the {O} one
Is it {O} or is it a scam? The text says "{O}".
a text from "{O}" with a link
{O}, {O}, {O}, all the same price now
{O} never disappoints
{O} lost me at the price
{O} has zero fee, {O} has people
I bank with {O}
the landlord banks with {O}
{O} watch, {O} strap
{O} pizza, mouldy
{O} size 6
the {O} batch number
{O} closed on {term}
group moves to {term}
open {term} only?
only {term}, never {term}
I won. {term}.
{term}?
caller {word} whether
caller {word} about it
caller {word}, told yes
cust {word} on it
patient {word} shows results
patient {word}
guest {word}
driver {word}
agent {word}
my {word} is broken
my {word} {word} again
the {word}, the {word} and the {word}
blue violin {word}, in a tin
flat above the {word}
take my father to {word}
to {word} on Tuesday
it says {word}
she {word} it
he said {word}
they {word}
Delivery note, {word}
item: {word}
colour: {word}
reason: {word}
Dress: {word}
subject: {word}
{word}: {word}
{word}, {word}
{word} / {word}
{word} here
{word} again
hi {word}
thanks {word}
ok {word}
i'm {word}
i am {word}
so {word}
love {word}
ask {word}
no {word} no {word}
this is {word}
it's {word}
its {word}
was {word}
Mulligatawny cold, {thing} salty, {thing} perfect
{thing} was salty
ordered the {last} bed, got the {last} mattress
the {sight} fair
your {sight} office never answers, the one in {sight} did
does the pass include {sight}?
visiting {sight} in May
{P} was stunning though
the view of {P} was stunning
Do you accept it from {P}?
from {P} to {P} in a day
shipped from {P}
{P} wants 9C, {P} wants 9B
is it sent from {P}?
a warehouse in {P}
{P} sorting centre
held at {P}
{P}. Then {P}. Then {P} again.
in {P}, of all places
my ticket is {P} to {P}
change in {P}
{P} in winter, {P} in summer
two nights in {P}, one in {P}
{P} has no stock
not {P}, {P}!
the {P} showroom
why {P} and not {P}?
your chatbot is called {first} and {first} is useless
your chatbot told me "Hello {first}"
not {first} the robot, a real person
{first} the chatbot
{first} (bot)
the {first} theme, the {first} font
the {first} meeting room double-books with the {last} room
folder "{first}" is read-only
the {first} campaign
Mark the date on your homepage.
Mark it as paid, please.
Mark it urgent.
Will the shop be open on {saying}?
Will it? Will it not?
Bill it to us. Bill us later.
Bill arrived. Bill wrong.
Grant access, please.
Grant refused. Grant appeal?
Chase it up, will you.
Chase the courier.
Frank exchange, no result.
Sue me then.
Drew a blank.
Pat on the back for you.
Jack up the car first.
Rob me in daylight, why not.
Nick of time!
Dawn delivery? Dusk, rather.
Faith lost. Hope gone. Joy none.
Hope this finds you well.
Hope you had a nice weekend.
Grace period over.
May I? May we?
May 3 or May 4?
April 12 to April 19
June order, July bill, August reminder
Art supplies, art class
Van blocked the road
Dean of the college
Bishop's move
Page Not Found
Penny for your thoughts
Olive, ginger and basil
Rosemary, thyme, sage
Ruby and pearl earrings
Amber alert, amber light
Crystal clear.
Violet, indigo, blue
Iris scan failed
Lily, rose, heather: all dead on arrival
Holly and ivy wreath
Robin on the card
Jay walking fine
Dale or valley view
Cliff walk closed
Glen and loch tour
Sandy beach, rocky path
Stormy, misty, sunny
Gene test result
Carol service
Christian name field
Melody ringtone
Harmony plan, Harmony plus
Trinity College
Destiny game crashes
Summer, Autumn, Winter tyres
Angel delight
Star rating
Rocky road ice cream
Sunny side up
Buddy seat
Junior menu
Senior railcard
Duke of York pub
Prince of Wales, room 4
King size, queen size
Queen's Head, beer warm
Knight bus
Major works on the line
General enquiries
Sergeant at arms
Captain's table
Private parking
Sir or madam
Miss one payment and it's gone
Ms and Mrs are in the wrong order in your form
Mr or Ms? The form has no other.
Rev counter broken
Dr in the drop-down list
""")

ABOUT_PEOPLE = _lines("""
Could you leave it with the {role}, {F}, he's there until six.
Leave it with the {role} ({F}).
Left with the {role}, {F}.
The {role}, {F}, signed for it.
the {role} {F} signed for it
{F} the {role} says it's the gearbox, {F} the other {role} says it isn't
{F}, the {role}, has a key
{F} the {role} doesn't pick up
My {role} {F} needs a parking permit.
my {role} {R} cant log in
my {role} {R} ordered it not me
our {role} {F} is away
her {role} {F} drives the white car
his {role} {R} told me
the {role} there, {F}, was lovely
a {role} named {R}
a {role} called {R} came
your {role} {F} was rude
Your {role} {F} {L} promised a call.
some {role}, {F} i think
{N}, {role}
{N}, {role}, {P}
{F} {L}, {role} and mother of two
{F} ({role})
{role}: {N}
{role} {L}
{role} {N} will bring the papers
{role} on site: {F}
ask for the {role}, {F}
ask for Dona {F}
ask for {F}, everybody knows her
Everybody knows me: Dr {F}.
everyone calls me {F}
Mum calls me {F}.
call me {R}
just {R} is fine
you can call me {R}
they call me {F} at work
{R} {L} speaking
it's mister {R} speaking
it's mrs {R} here from number four
hello it's mister {R} i called yesterday
the girl her name was {R}
and the girl, {R}, promised me a call
his dad {R}
{R}'s lad
you're {R}'s lad
{R}'s mum
{F}'s daughter here
i'm {R}s sister
{R}s girlfriend
{F}'s widow
cx {R} {L}, waited 3 h
cx {R} {L} says no
cust {R} {L} wants cb
pax {R} {L} missed conn
approved by {R}
ok'd by {R}
comp approved by {F}
authorised by {R} {L}
seen by {R}, then {R}
picked by {R}
packed by {F}
Whoever packed it signed "{F}".
signed "{F}"
signed: {F} {I}.
It was signed for by "{U}".
signed for by {U}
signed for as {U}
in the name of {U}
payee {U}
to the account of {U}
moved the money to {U}
CARDHOLDER {U}
passenger {U}
beneficiary {V}, acct 2031456789
remitter {V}
beneficiary {V}, remitter {V}
sender {V}
receiver {V}
account name {V}
{V}, seat 14C
passport: {V}
{V} as in my passport
order by {V}
signed {V}
{V}
hi. {E}. parcel not here
{E}. order not here
hello {E} here
i am {E}
{E}
{E}, {P}
name {E}
transfer it from {R} to {R}, both on my plan
pls transfer from {R} to {R}
from {R} to {R}
share with {R} and {R}
rings at {F}'s desk, should ring at mine
{F}'s desk
at {F}'s place
in {F}'s office
over at {F}'s
It says {F} on it.
it says {R} on it
the tag says {F}
Promised call from {F} by Fri.
call from {F}
call w/ {F} at 3
wife {F}
alt contact {F}
contact: wife {F} on 07700 900461
{F} (02) 5550 4321
{F} {L} (02) 5550 4321
Wherever {F} put it, it's not on the shelf.
wherever {R} put my order
whatever {F} says
whoever {F} is
no idea who {F} is
can someone tell {F} at the tip
somebody tell {F}
told {F} Hanım I'd pay
I told {F} I'd pay on Friday
{F} {F} here
{N} here from {P}
{foreign}, {N} here from {P}
{F} would ring back, as promised
I'd hoped that {F} would ring
I hoped {F} would call. {F}?
me and {F} waited two hours
me n {R} waited
and {R} is 8 months along
ticket: {U}
ID needed matching {I}. {I}. {L}.
My ID says {F} {L}, no surname.
it says {I}. {I}. {L} on the slip
{I}.{I}. {L}
{I} {L}
{I}. {L}, {P}
{L} {I}.
{L} {I}. / {L} {I}.
Dispute form / {L} {I}.
SENDER {I}. {L} | RECEIVER {F} | CONTENT tea
Sender: {I}. {L}, receiver: {F}
Signature: {F} {I}.
A "{F} {L}" rang from your number.
a "{F}" from "security" rang
someone posing as {F} {L}
a scammer called {F} {L}
u charged me 4 times. {R} 0491 570 156
u charged me twice. {R}, 07700 900461
{R} 07700 900 118
{F} {L} 020 7946 0018
{F}: 555-0142
call {F} on 0171 496 0012
tel {R} +61 491 570 006
text {R} on this number
ring {R} or {R}
my bf {R}
my gf {R} and me
me n {R}
me and my bf {R} under his email
nothing came under {R} or under {R} (me)
{R} (me)
i'm {R}, she's {R}
the mailroom lady Ms {F}
ms {R} from reception
Md. {F} {L}
md {R} {L} working in {P}
i am md. {R} {L}
Umm {F}
Abu {F} and Umm {F}
Hajja {F}
Señora {L} from upstairs
Doña {F} has the key
Tante {F} ordered it
Onkel {F} paid
Babu {F}
Baba {F}
Mzee {L}
Ustaz {F}
Bu {F} and Pak {F}
Kak {F}
Ate {F}
Lola {F} can't read the label
Nonna {F} wants the blue one
Oma {F} and Opa {F}
Yiayia {F}
Tía {F} y tío {F}
Pan {L}, Pani {L}
Fru {L}
Herr Doktor {L}
Maître {L}
Frère {F}
Present: {F}, {F} {I}., somebody's toddler
- {F} can't see it. {F} can.
- billing contact changes from {F} to {F}
{F} asks if data leaves the EU.
- {F}: send the file
unless procurement (i.e. Mr {L}) says otherwise
Ever since {F} left your {P} salon, nobody can do curls.
{F} left. Nobody else can do it.
{F} has them, she works at your front desk until 8
who has the keys now? {F}
her brother {F} drives
{F} -> {F}
Travelling w/ infant {F} (no seat)
her mother {F}, 88
{F}, 88, and {F}, 91
{F} (4) and {F} (6)
twins {F} and {F}
baby {F} was born in May
our eldest, {F}
my youngest {F}
my lad {F}
our lass {F}
the kids, {F} and {F},
my nephew {F} (he cried)
the client {F} {L}
On behalf of my client {F} {L} I demand
results of {N}, born 1947-05-02. I'm {N} too
I'm {N} too, but younger!
Invoice to {N}.
It's for {N}, {role}, {P}.
for the attention of {N} {role}
Finder may contact {N}
may be left with {F}
c/o {N}
{N}, {P}
{F} from {P} here
its {R} from {P}
it's {F} from {P}
hi its {R} from {P}, no water
Mr {L} in {P}
New keeper is a Mr {L} in {P}!
a Mrs {L} of {P}
sold it to a {F} {L}
bought it from {F} {L} on your site
the seller {R} blocked me
the buyer, {F} {L}, never paid
my name {F}, i need help
my name {R} {L}
me name {R}
name's {R}
the name's {L}, {F} {L}
names {R}
she keeps saying her name is {F}
is your name {F} {L}? yes it is me
i mean, is your name {F}?
Thank you, {F}.
You: {R}
You: {R} {L}
guest: {R}
caller: {R}
caller: {R} {L}
agent: okay and his name|caller: {R}
agent: and the surname|caller: same as mine {R}
Bot: Please type your full name.|You: {R} {L}
Q: your name?|A: {R} {L}
What is your name? {R}
name? {R}
and you are? {R} {L}
who's calling? {R}
the buzzer says {L} but we're not the {L} lot
the bell says {L}
doorbell {L}/{L}
letterbox: {L}
the name plate says {L}
handwritten: "Left w. {F} at No 40"
There's no {F} at 40.
No {F} here. No {L} either.
{F}? No {F} works here.
they go to lunch, {F} and {F}
they argue, {F} wins
{F} says gearbox
{F} says no gearbox
{R} says no
{R} says its fine
{R} goes can you confirm
i'm talking to {R} from your chat
{R} from your chat cut me off
{R} off the phones
your {F} off the late shift
thanks to {R} and {R} we got home
{R} u star
{F} knew my balance
{F} had me read out a code
he said he's {F}
she says she's {F}
ehm {R}
eh, {R}, R as in rabbit
{L} with two t's
{L}, like the river
{F} like the car but with a y
my maiden name, {L}
my mother's maiden name, {L}
née {L}
{F} {L}-{L}
It is my SURNAME. {F} {L}.
{L} IS MY NAME
MY NAME IS {F}
IT'S {F}
ask {F} or {F} or anyone
not {F}, the other one, {F}
{F} with the beard
{F} with the glasses
big {R} and little {R}
old {L} next door
young {L}
{F} senior and {F} junior
{F} {L} Jr.
{F} {L} sr
the late {F} {L}
RIP {F}
in memory of {F} {L}
for {F}, with love
To {F}, from {F} & {F}
Happy 40th {F}!
"{F} + {F}, 12.06."
engraved: {F}
engraving should read {F} & {F}
cake for {F}: it said {F}
balloon with {F} on it
the mug says {F}, I ordered {F}
the jumper with {F} on it
name badge {F}
lanyard {F} {L}
{F} at {shop} was kind
{F} from {shop} rang
{F} {L} of {shop}
{F} works for {shop} in {sight}
I met {F} at {sight}.
{F} loves {title}
{F} wants the {thing}
{F}'s {thing} broke
{R} bought a {thing}
{R} dropped the {thing}
bought {F} a {thing}
gave {F} the {thing}
took {F} to {title}
{F} and I saw {title}
{foreign}, {F} here
{foreign} {F}
{foreign} {F},
{foreign}, {N}
{foreign}. {F}
{foreign}! {N}
Regards, {F}. {foreign}!
{foreign}|{N}
My card fails. {F}
It stands there since Tuesday. {F}
no answer. {R}
please hurry. {R} {L}
Thank you. {N}.
Nothing works. {F} {L}, {P}
Two donkeys need it. {F}
Everything is fine now. {F}
""")
