"""Sentences in other voices: notes of agents, calls written down by machines, short chats, letters, signatures.

The slots are those of ``sentences.py``; ``{R}`` takes a first name in small letters, ``{S}`` one spelled letter by letter.
"""

NOTED = tuple(
    line.strip()
    for line in """
see notes {F} 2/4, {F} 5/4
acct in name of {N}
CX {N} called in re refund
{L} came back w/ the kettle
owner: {F} (late shift)
asgnd to {F}, pls chk
w/ {F} @ depot, all ok
rang {F} bk, no ans
spk 2 {F} tmrw am
msg left w/ PA ({F})
left vm 4 {A}, will try pm
(per {F})
per {F} in billing: waive it
cb {F} asap
fwd 2 {F}
pax {L} no show
PAX {L}/{F} rebkd
{L}/{F}
{L} {F} MR
bk'd under {L} x4
gst {N} rm 204 wants late c/o
tenant {L} fl 3 no heat
tenant {F} says 5pm
LL {L} wants keys bk
occ. {N}
dr {L} 9.15 rebkd
note for {F}: call the guy back
handover {F} -> {F}
{F} -> can you answer her?
{F} -> done
TL {F} ok'd goodwill 25
called {F} back, she'd sorted it
{F} on nights said he'd ring
id chk {N} failed, wants new scan
cust's mum ({N}) called on his behalf
neighbour @ 14 ({F}) took it in
key w/ concierge {F}
Receptionist {F}: a treasure.
Landlord ({L}) keeps deposits.
Loan officer {N} promised a decision.
Nurse {L} held my hand.
Instructor {F} got me standing on the board.
our planner {N} vanished
mechanic named {F} showed me the part
the lollipop lady, {F}, retires on Friday
signed for by someone called {F}
bought for gran ({F}, 88)
my {F} (4) loves it
My {F} has slept in it every night.
Me and {F} got sick, {F} was fine
Ask for Big {F}. There's also a Little {F}.
{F} hates it. I love it.
So {F} says yes and {F} says no.
{F} y {F} left us figs.
on behalf of my late husband, {N}, who had an account
the estate of {N}
for the heirs of {N}, née {L}
The undersigned, {N}, notary
We celebrate {F}'s 18th on Saturday.
Father {F} asked me to write.
I, {N}, residing in {P}, hereby cancel.
sent on behalf of {N}
power of attorney for {N} since 2022
trustee {N}
councillor {L} said it was approved
PS. {F} says hello
Your {L} visited on Tuesday.
Warmly, {F}
Yours, {F} and {F}
/{F}
/{N}
{F}; {F}; accounts
Cc: {N}, {N}
Requester: {N} · Assignee: {N}
{N} commented: looks fine to me
{N} shared a file
{N} | Office Manager | she/her
i.A. {N}
p.p. {N}
t/a {last} Nails, owner {N}
Minutes: {F} to check, {F} to send logs
Actions: {F}: call {O}
Hi {F}, the samples arrived in {P} on the 7th. Approved. {F}
forwarding this from {F}, she has no access
please stop sending mail to {F}
inside the ring it says {F} & {F} 2019
the voucher says to {F} with love from {F}
{L}/{L} wedding, 80 guests
mine's {F}
what's your name? mine's {F}
It's {F}, like the bird. Last name {L}.
IT'S {F} AGAIN
i lent {F} 500 and he's gone
can {F} pick it up for me?
{F} ordered it, i paid
the parcel went to {F} from the chippy
who's {F}?? i was talking to {F}
pls tell {F} the cake was unreal
{F}'s on leave til the 4th
call this number and ask for {F}
it came with {F}'s name on it
i got {F}'s parcel again
her son {F} got his bike nicked
thank u {F} from the night team xx
payee {N} ref rent
transfer to {N}, 200 euros
Cardholder ({N}) confirmed
name on card: {F} {L}
paid {L} in cash
account {L} & {L}
joint account {F} and {N}
Beneficiary: {N}
in my husband's name {N} but i pay
she's called {N} she's sat right here
hold on i'll get him. {F}! it's the gas people
no it's {F} with a c
caller: it's uh {R} {L}
agent: and the name / caller: {R}
i rang earlier and got {R}
i spoke to a lad called {R} and before that a mrs {L}
could you put me through to {R} please
um yeah it's {R}
so {R} in retentions said
thanks {R} bye
thanks {R}
sound {R} cheers
{R} speaking
yes hello {R} {L} speaking
and your mother's maiden name / {L} / thank you
her name was {R} and she'd call back by noon
spell that / {S} / and the surname / {S}
it's {R} that's {S}
{L} that's {S}
surname {S}
formerly {N}
aka {F}
né {L}
{N} (mother)
patient: {N}
Occupant {N} and guest {F}
{N} <
attn {F}/{F}
ty {F}!
c u {F}
nite {F}
cheers {R} x
-{R}
{R}
{R} xx
love {R}
it's me, {R}, again
{R} from {P} here
regards {R}
hi i'm {R}, i bought a {O}
dear {R}
hey {R} any news
{R} pls reply
my brother {R} and his wife {R}
its for my boss, {N}
my lawyer is {N}
""".strip().splitlines()
)

NOTED_TRAPS = tuple(
    line.strip()
    for line in """
Pwd reset sent.
Tone: calm but done with us.
Warranty chk ok till Aug. Swap approved.
TODO: ring back re quote
Cheque no. 000417 was never cashed.
Hx: 3 prev calls
eng booked AM slot Thu
twin not dbl
eta tmrw
DPO cc'd
fwd to T2
advsd 3-5 wd
no ans x3, vm full
Meter read 44120, rebilled
Kind regards from {P}
The ATM in {P} ate my card.
Hotel {P} is not in {P}.
delivery to {P} in week 32
{P} and {P} have stock, {P} hasn't.
the {P} office sees the old list, {P} sees the new one
{P} depot is closed till Weds, route via {P}
Best curry outside {P}
best thing since {P}
I'm in {P} til Thursday
the {first} boots!! when restock
does the {first} duvet come in king
the {first} backpack survived {P}
{first} fits small, {first} fits large
ordered the {first} salad
price of {first} lamp wrong
{last} collection is now available in oak
Messrs {last} & {last}
{last} roundabout needs a crossing
the {last} library
{last} Avenue tree on cables
{last} Park gates locked at 5
the {last} bridge
the {last} audiobook
The {last} puzzle has 999 pieces.
the museum has one {last}
a {last} in every room
Not as good as the one from {O}
Going back to {O}
payment to {O} bounced
my statement says {O} 4.20
price at {O} is better
{O} closed my claim
works with {O}, not with {O}
asked re {O} price match
why is {O} on my bill
{O} sent me to you
Boss: no. Me: yes.
Sales by Region
Head of Procurement
Office Manager
Managing Director
Account Manager
Team Lead
Lift: dead. Breakfast: good.
Pros: cheap. Cons: everything.
Priority: P3. Tags: printer, vpn
Topic: Returns. Message: broke on day one
Auto-reply: out of office until 12 August
Invoice to: see attached
Betr.: Rechnung
Mit Grüßen
zahlen ging nicht
Bonjour, je ne parle pas anglais
hii is this real
yesss finally
lmao no
ngl it slaps
omg wow
nvm found it
rip my fav order
ok boomer
it's giving scam
no cap
ty!!
hiya
heya, quick q
yo
sup
Tamil or Hindi, please
the flowers were dead
budget was approved
bring mats and pillows
the chap had a beard
a vespa and a van
the cat answers to tuna
Mr Tibbles is our cat
St Patrick's Day
Santa parade
Covid rules
Brexit
Terminal 2 in {P}
near {P} and the {P} tower
press star
on hold for an hour
Dear neighbours
Dear residents
Dear tenant
Dear colleague
Sirs,
Ladies and gentlemen
Yours faithfully
Disgusted of {P}
Enclosed: copy
Encl.
Contract cancelled
Refund, please.
Thanks, but no.
Regards, the team at {last} Ltd
Regards, {O}
Hi {O} team
@{O} any news?
hey {O}
thanks {O}
thank you {O}!
love {O}
{O}, again.
dear {O}
ask {O}
called {O}, no answer
spoke to {O}
spoke to billing
spoke with the driver
talked to a manager
asked for a supervisor
called reception
called twice
signed by hand
name it whatever
my name is wrong on it
my name has an accent
this is ridiculous
this is it
i'm done
i'm stuck in {P}
im broke
its broken
it's cold
it's late
""".strip().splitlines()
)
