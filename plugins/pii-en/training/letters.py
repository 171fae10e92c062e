"""Whole messages: a greeting, a text, an end; and more sentences of people who say a name without saying that it is one.

The slots are those of ``sentences.py`` and ``shorthand.py``; ``{I}`` takes a capital letter. ``|`` is a line break.
"""

GREETINGS = (
    "", "", "", "Hi {F},||", "Hello {F},|", "Dear {F} {L},||", "Dear Ms {L},|", "{F},||", "{F} -|", "hey {R}|", "Hallo Frau {L},||",
    "Guten Tag Herr {L},|", "Bonjour {F},||", "Hola {F}:|", "Hi all,||", "Hi team,|", "Sirs,||", "To whom it may concern,||",
    "From: {N}|Subject: invoice||", "To: {F} {L}|Cc: {F}||", "Fwd: from {F}||", "@{O} ", "Attn {N}|", "Dear {O} team,||", "Name: {N}|Topic: Returns|Message: ",
    "Name: n/a|Topic: Website|", "Good evening,|", "Hi {F} and {F},||", "Dear Booking team,|", "Hello again {F}!|", "> {F} wrote:|> ",
)  # fmt: skip
ENDS = (
    "", "", "", "||{F}", "||{N}", "|{F}", "|{N}", "||-- |{F}", "|--|{N}", "||Thanks|{F}", "|X|{F}", "||x {F}", " /{F}", "|/{F}", "|-{F}", "|- {N}",
    "||Gruß|{F}", "||Mit freundlichen Grüßen|{N}", "||Cordialement,|{N}", "||Saludos|{F}", "||best|{R}", "|thanks {R}", " thanks, {R}", " cheers {R}",
    "||Regards,|{N}|Head of Procurement", "||Kind regards|{F}|{O} Ltd", "||{I}. {L}", "||{I}. {I}. {L}", "||Yours,|{F} & {F}", "||Sincerely,|{L}",
    "||Sent from my iPhone", "||Sent from my Galaxy", "||Regards, the team", "||Best wishes|{N}|{P}", "|{F} xx", " ^{I}{I}", "|~{F}", "||Love|{F}", "|({N})",
    " ({N})", "||{F}|accounts", "||Thank you|{F} {I}.", "||{F} ({P} branch)", "||Get Outlook for iOS", "||Warm regards from {P}", "||your neighbour {R}",
)  # fmt: skip

SAID = tuple(
    """
on behalf of Mr {I}. {I}. {L}
Mr {I}. {L} called
letter from Mrs {I} {L} today
Estate of {I}. {L}
account of the late {I}. {L}
signed {I}. {L}-{L}
it's about my mother missus {R} {L}
mister {L} from the council came by
the cards say {L} {I}
card in the name of {L} {F}
booked under {L}/{F} MR
ticket name {L} {F} MRS
Surname: {L} Given name: {F}
Last name {L}. First name {F}.
last name {R} first name {R} yes that way round
passport says {F} {F} {L}
Birth certificate: {F} {F} {L}
the baby is called {F} {F} {L}
her name was {R} and she promised a call
his name was {R} i think
she said her name was {R}
the driver was called {R} or {R}
some guy called {R} signed
signed for by someone called {F}. No {F} lives here.
I'm {R}. just {R}.
i'm {R} like the flower
it's {F}, like the bird
it's {R} from upstairs
it's {R} at number nine
{R} here again
{R} again, still nothing
spoke to a {R} and then a {R}
put me through to a {R}
i was passed from {R} to {R} to {R}
asked for {R}, got {R}
cust {R} says app shows {N}
under {R} {I}, {R} {L} and {N}, same card
acct of {R} {I}
shared with {R} and {R} from work
{F} hates it. I love it.
{F} loves it.
{F} says it's fine, {F} says no
Bought for {F}. {F} is happy.
{F} and {F} run this place with love.
{F} & {F} were wonderful hosts
our host {F} left us cake
{F} at the front desk remembered us
the lady at reception ({F}) was kind
The lollipop lady, {F}, retires
the vicar, {F}, asked
the postman {F} knows us
{F} the plumber came twice
{F}'s bar is lovely
ask for {F} when you need a cut
{F} IS A GEM
{F} you legend
BIG thanks to {F} and {F}
10/10 {F}
{F} 5 stars
shout out {R} in returns
kudos 2 {R}
Access: key w/ concierge {F}
Occ: Fam. {L}
Fam. {L}, 2nd floor
Familie {L}
the {L}s at number 4
the {L} family
Mr and Mrs {L}
Mr & Mrs {I}. {L}
Dr. {L}-{L} replied
Prof. {L} has the file
Her stand-in is {F}.
Stand-in: {N}
cover for {F} while on leave
{N} commented: fine
{N} reacted to your message
{N} shared a folder with you
{N} is typing
added {R} to the chat
{R} left the group
bcc {F}
cc {F}, {F} and {F}
att. {F}
att: {N}
z.Hd. {N}
à l'attention de {N}
c/o {L}
Formerly: {N}
maiden name {L}
née {L}, now {L}
{F} s/o {N}
{F} d/o {N}
{N} bin {L}
my name is spelled {L}, not {L}
your mail says {F}, I am {F}
you wrote {L} with two letters wrong
My name is on file. ({N})
I am not {F}, that is my brother
why do you call me {F}
stop calling me {F}
wrong number, no {F} here
{F} doesn't live here any more
is {F} in today?
has {F} seen this?
tell {R} i said hi
give {R} my best
ask {R} or {R}
remember {R}?
{R} did it again
{R} knows
waiting for {R} to ring back
{R} told me to ask for {R}
my nan {R} is 91
my mate {R} works for u
my ex {R} still gets my mail
our {R} turned five
lil {R} loves the toy
the vet, dr {R}, said no
{R}'s phone is dead
{R}s order never came
its {R}s birthday
{R} pls answer
ok {R}
ok thanks {R}
no {R} no
hi its {R} {L}
{R} {L} here
{R} {L} 2 adults 1 child
{R} {L}, table for four at 8
Guest: {L} x2
Pax: {F} {L}, {F} {L}
Seat 14C {L}
Room 204 - {L}
Patient {I}. {L}, bed 6
Student {N}, year 9
Attendees: {F}, {F}, {N}
Witness: {N}
Tenant: {N}; Guarantor: {N}
Buyer {N} / Seller {N}
Beneficiary {N}
Payee {N}
Cardholder: {N}
Account holder - {N}
Emergency contact {F} ({L})
Verified: name {N}
Cust = {F} {I}.
Caller {N} dept Legal
Caller is {F}'s daughter
per {F}'s note
{F}→{F}: done
[{F}] on it
<{N}> wrote
{F}: hello
{F}: and then
{N}: yes
AGENT {F}: one moment
Agent ({F}): one moment
{F} (agent): let me check
""".strip().splitlines()
)

SAID_TRAPS = tuple(
    """
Jira is slow. Confluence is slow. Outlook is slow.
Can't connect to Eduroam
in the {last} building
the {last} Building, room 12
{first} is a campaign, not a person
folder Marketing/{first} is read-only
the {first} rug is out of stock
the {first} font
the {first} sofa in teal
size 12 in the {first} jeans
our dog {first} came along
our cat {first} ate it
brown teddy, answers to Mr {first}
the hamster is called {first}
{last} Falls view
hurricane {first}
storm {first} took the roof
the {first} Festival
{last} Stadium, gate 4
{last} Primary School
{last} Hospital, ward 3
St {first}'s church
{last} station was closed
the {last} line
{last} Consulting AS
{last} GmbH
{last} & {last} Ltd
{last}, {last} and {last} LLP
{last} Holdings Inc.
{last} Orchestra
invoice to {last} Consulting
VAT id of {last} GmbH
Is {O} the same as {O}?
works like {O}
{O} ones don't fit
the blades for the {last} 300
{O} is down again
{O} and {O} accept it
tickets for {O} went in a minute
{O} presale, the link is dead
reading {O} on the train
as real as Narnia
the Eiffel Tower
metro stop {P}
hello from {P}!
we come from {P} every year
flights {P}-{P}
best wishes, a guest from {P}
{P} was lovely
{P} is far away
the view over {P}
{P}, {P} and {P} are late
near {P}
in {P} with a locked house
gracias! i mean thanks
merci beaucoup
danke
ciao
obrigado
namaste
salaam
shalom
grüße
POA on file
POA doc checked
APIS updated
ref IBAN and BIC
ETA, ETD, PNR
KYC done, AML ok
under Article 15
per Section 4
Annex B
option B
plan A. Nothing else.
vitamin C. It helps.
class A. Then B.
Chapter Four
Part One
Version Two
Team Blue
Group Four
Zone Two
Platform Nine
Monday or Tuesday
Easter Monday
on Christmas Eve
New Year's Day
in Spring
Q1 and Q2
Dear Booking team
Dear Customer Care
Dear Valued Customer
Dear Guest
Dear Resident
Customer Relations Department
Board of Directors
Returns Desk
Head Office
Lost Property
Terms and Conditions
Data Protection Officer
Privacy Notice
Personal Info
Business Class
Economy Plus
Premium Select
Gold Member
Silver Status
Black Friday Deal
Mobile: see below
Fax: none
Desk: none
Office: closed
Subject: Refund
Re: Re: Re:
Fwd: Fwd:
n/a
N/A
none
tbc
""".strip().splitlines()
)
