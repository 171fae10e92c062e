"""Sentences as people type and say them: small letters, slips, roles without a colon, forms of address of other countries.

The slots are those of ``shorthand.py``.
"""

SPOKEN = tuple(
    line.strip()
    for line in """
i am {R}, i bought data and it did not come
i am {R} and my line is barred
am {R} from {P}, pls help
good day, am {R}
im {R}, order not here
i'm {R} btw and this is my third mail
my nmae is {N}, i was charged twice
my name si {N}
myname is {N} and i want to cancel
hey its {R} from the shop, {R} said i can return it
yo {R}, the code doesnt work
yo {F} any news
sup {R}
oi {R} where is it
ok {R} thx
so {R} told me to restart it
{R} said 15% off
did {R} hand over to you
she's {R}, i'm {R}, same seat
me and {R} both ordered
rider {R} ate one
driver was {R}, he refused the meter
the rider {R} called me
my mother in law {R} passed on sunday
my mother-in-law {F} has the card
my sister in law {F} booked it
my late wife {N}
my stepson {F}
Guest {N} reports a leak
Guest {L}, {F} room 1104
Passenger {N} needs a wheelchair
Passenger {L} missed the flight
customer {N} requests a copy
Cust. {L} rang about mould
Resident {N} says the lift is out
Pupil: {N}, class 5K, mother {F}
Student {N} can't log in
Member {N} was charged twice
Mechanic {F} did the brakes
in the name of {N}
in the name of Mrs {I} {L}
account of Mr and Mrs {L}
tnv {N}
it belongs to {L} next door
It belongs to Mr. {L} next door
the flat of {N}
contacting you for {N}, 84, a customer since 1971
visited the flat w/ Dr {L}. Child has asthma.
A: And surname? C: {L}.
A: Who am I speaking to? C: {F}.
C: {L}. F for Foxtrot.
C: {F}, with a y
last name {R} first name {R}
that's {R} with a k
the bloke at the shop, {F} I think, told me
a {F} from head office rang
neighbour Old Man {L} signed for it
Old {F} at the gate
Ma'am {F} refused a refund
Sir {F} was kind
Auntie {F} sells it
Uncle {F} drove us
Kuya {F} delivered it
{F} ji helped
{F} bhai is the best
{F}-san found my bag
I told {F} Hanım I'd pay
{F} Bey promised
{F} Teacher was kind
Herr {L} und Frau {L}
Señor {L} never came
Monsieur {L} signed
handled by {F}, then {F}, then nobody
spoke w {R} then {R} then nobody
- {F} {I}., {P}
- {N}, {P}
i'm {R}, {P}
{F} ({P})
{F} xx
Reviewed by {F} on 4 March
my review is under {I}. {L}
Von: {N}
De: {N}
Da: {N}
Nom: {N}
Nombre: {N}
Tell {F}'s manager that she saved our day
{F}'s fries were cold
Promote {F}.
{F} lost my form twice. {F} found it.
Thx {F}, that worked!
{F} promised he would, before May
can {F} call me back? {F} promised
it should read {N}, not {N}
update the holder from {N} to {N}
sorry it's {F} not {F}
the card should say Love, {F} and {F}
gift for Grandma {F}
gift for nan {F}
Say hi to {F} in returns
tell big {F} he's a legend
Sent from {F}'s iPhone
{R}: hi
{R}: u there?
employee {N} can't reach the VPN
the seller's name is {N}, he blocked me
I'm writing as {L}'s lawyer
Mr. {L}'s lawyer here
W/o {N}
S/o {N}
D/o {N}
{F} W/o {F}
I, {N}, son of {N}
Mrs {L}-{L}
Dr {F}'s practice
the {L} family
the {L} wedding
family {L}, room 9
""".strip().splitlines()
)

SPOKEN_TRAPS = tuple(
    line.strip()
    for line in """
i am pregnant and nobody let me sit
i am disabled, i need the lift
i am vegan
i am locked out
i am fuming
am fuming
am livid
im gutted
i'm livid, no one answers
im bored of waiting
i am blocked, i cannot log in
i'm confused, which form
i am elderly and live alone
i'm allergic to nuts
i am overseas til may
i am homeless
i'm knackered
i am abroad
im at work
its rubbish
its leaking
it's faulty
this is shocking
this is theft
my name is wrong
my nmae is spelt wrong
yo whats up
yo refund
sup guys
I've ordered the {first} sofa and the {first} footstool, and only {first} came.
The {first} cup leaks. The {first} cup does not.
the {first} {last} edition and the normal one
The {first} {last} exhibition was sold out
{first} in white, {first} in black
One {first} is missing a leg
Does the {first} sofa bed fit through the door?
What happened to the {first} range?
The {first} counter was closed
{first} {last} perfume smells off
Aunt {first}'s roast potatoes
Uncle {first}'s sauce
{last}'s crisps
the {last} cream is back
cover {P}, {P} and {P}, or only {P}?
Does it work in {P}, {P} or {P}?
passport ({P}), visa ({P})
a visa for {P}
made in {P}
imported from {P}
the {P} one is better than the {P} one
{P} or {P}?
trains from {P} to {P}
from {P} via {P} to {P}
the 7:42 from {P} to {P}
the hub in {P}, 440 km away
Is {P} on the list?
room with a view of {P}
the {P} car park machine
2pm GMT, agenda: returns
at 9 CET or UTC?
usdt wallet still zero
btc and eth
collect sim
my esim
swap the sim
OTP not coming
ATM ate my card
HTTP 502 at night
CSV and PDF
VIN on the recall list
HDMI, USB and VGA
B for Bravo, T for Tango
s for sugar
F for Foxtrot
T as in Tango
Von:
An: Kundendienst
Betreff: Rechnung
Objet: facture
Asunto: factura
Oggetto: fattura
An: Support
{O} says ask {O}. {O} says ask you.
{O} wouldn't charge at {P}
can I pay with {O} or {O}
{O} 501 shrinks
{O} and the {O} one
agenda: Q3, {O} contract
Is the {O} burger gone?
don't cancel {O}
the {O} castle set
Pizza Margherita and a Hawaii
Caesar salad, no dressing
Victoria sponge
Earl Grey
Granny Smith apples
Bloody Mary mix
Arnold Palmer
Robin Hood pub
Cinderella on ice
Lord of the Rings
Sherlock season 4
St John's wort
Marie biscuits
Santa's grotto
Virgin broadband
Nelson's Column
Dr Martens boots
Mr Kipling cakes
Mrs Hinch sponge
Ms Pac-Man
Madame Tussauds
Lady Gaga tickets
Prince Charles cinema
Queen Mary hospital
King Edward potatoes
King's Cross
Disgusted, a very tired tenant
Regards, a mum of three
Yours, a former customer
Cheers from the night shift
thanks guys
thanks lads
cheers mate
ta love
hi hun
hey lovely
hello again
hello lovely people
hi both
morning all
""".strip().splitlines()
)
