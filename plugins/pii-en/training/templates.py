"""Sentences of customer messages that hold more than names: who lives where, addresses in parts, handles, numbers, and their doubles.

A slot in capitals (``{TOWN}``) takes something personal of its type, one in small letters (``{town}``) the same kind of word where it
says nothing about anybody: a town by itself, a code of a product, a handle of a company. ``|`` stands for a line break.
"""


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines() if line.strip())


TOWNS = _lines("""
I live in {TOWN} and the nearest shop is two hours away.
i live in {TOWN}, been a member since ever
we live near {TOWN} so {town} is no use to us
We're a family of five in {TOWN} and the plan is too small.
I'm writing from {TOWN}. Is there a branch near me?
greetings from {TOWN}, the pump works fine
Hello from rainy {TOWN}!
hi from {TOWN}, love the new flavour
Hi, {FIRST} from {TOWN} here.
{FIRST} in {TOWN} here, any news?
{FIRST}, {TOWN}
- {FIRST} {LAST}, {TOWN}
{FIRST} from {TOWN}
{FIRST} ({TOWN})
Review by {FIRST}, {TOWN}: good but loud.
{FIRST} - {TOWN}: "would go again"
"Lovely staff" says {FIRST}, {TOWN}
Signed, a fed up man in {TOWN}
a tired mum in {TOWN}
yours, an old customer from {TOWN}
regards from {TOWN}
Born in {TOWN}, raised in {TOWN}, and never have I seen such a queue.
born and bred in {TOWN} me
Been here in {TOWN} for forty years
lived in {TOWN} my whole life
As a {TOWN} resident I object to the new tariff.
I'm a {TOWN} girl and we know our bread
we {TOWN} folk get forgotten by every courier
us in {TOWN} get nothing
I teach at a school in {TOWN}
I work as a nurse in {TOWN} and need shoes that last
i'm a driver in {TOWN} and the app keeps crashing
My shop is in {TOWN}, the card reader is dead since noon.
we run a small cafe in {TOWN}
our farm is outside {TOWN}
our house in {TOWN} has no signal
the cottage in {TOWN} is my mother's, please bill her
my flat in {TOWN} was flooded
my parents' place in {TOWN} has no internet
My mum is in {TOWN} and cannot come to {town} for a signature.
my brother lives over in {TOWN}
my sister moved to {TOWN} in spring, please change it
my son studies in {TOWN}
my daughter is at uni in {TOWN} and needs the card there
my ex moved to {TOWN} with the kids
Dad, 81, {TOWN}, no internet for a week
Nan's in {TOWN} now, please send it there
my husband works away in {TOWN}
He is in {TOWN}, I am in {TOWN}, one account.
I'm originally from {TOWN} but live in {TOWN}
originally a {TOWN} lad
I grew up in {TOWN}
I retired to {TOWN} last year
We moved from {TOWN} to {TOWN} and nobody changed the address.
moving to {TOWN} on the 3rd, keep the number?
just moved to {TOWN}
We relocated to {TOWN} for his job
I've settled in {TOWN}
i stay in {TOWN}
am staying at {TOWN} with my aunt
I stay at {TOWN} side
im based in {TOWN}
Based in {TOWN}, shipping worldwide? lol no
based out of {TOWN} these days
Freelancer, {TOWN}, need an invoice with VAT
Me: 34, {TOWN}, two cats
29, from {TOWN}, first time buyer
45 m {TOWN} looking for a walking group
location: {TOWN}
Location {TOWN}
City: {TOWN}
Town: {TOWN}
Hometown: {TOWN}
home town {TOWN}
Place of residence: {TOWN}
place of birth {TOWN}
Where are you? - {TOWN}
A: where are you calling from? C: {TOWN}
Agent: which town are you in?|Customer: {TOWN}
what town? {TOWN}
which city do you live in||{TOWN}
C: i'm in {TOWN}, near the church
customer is in {TOWN}, wants a visit
cust lives {TOWN}, no car
Cust. moved to {TOWN}, new contract from May
caller from {TOWN}, line drops
caller in {TOWN} wants engineer
Resident of {TOWN}, 70, no heating
lives alone in {TOWN}
She lives in {TOWN} now.
they live out past {TOWN}
the whole of our street in {TOWN} is dark
power out again at home in {TOWN}
no water here in {TOWN} since morning
anyone else in {TOWN} without internet?
I'm in {TOWN}, is it down for others?
no signal at home ({TOWN})
here in {TOWN} it is -20 and the boiler is off
It's 38 degrees in {TOWN}, I live here, I should know.
we get two posts a week in {TOWN}, so no "next day"
next day delivery to {TOWN}? took nine
do you deliver to {TOWN}? it's where we live
can you deliver to me in {TOWN}
deliver to {TOWN}, not {TOWN}, we moved
sent to my old place in {TOWN}
please forward it to me in {TOWN}
you sent my parcel to {TOWN} where i no longer live
pls i am at {TOWN}, my sim is not working
i dey {TOWN}, no network
Kia ora from {TOWN}
Moin aus {TOWN}, where is the manual
Saludos desde {TOWN}
Ciao, I write from {TOWN}
Namaste, I am from {TOWN}
I come from {TOWN}, a small place
we come from {TOWN}
The nearest dealer to me ({TOWN}) is 200 km away
As someone who lives in {TOWN}, I use the {town} line daily.
my commute from {TOWN} to {town} takes two hours
I commute from {TOWN} every day
from my home in {TOWN} to the depot in {town} it is an hour
I walk my dog in {TOWN} every evening and the lamps are out
my doctor here in {TOWN} says no
at my local in {TOWN}
my gym in {TOWN}
my branch is {TOWN}
our parish, {TOWN}, has no bus
we're the only house in {TOWN} with that meter
second house in {TOWN} on the left
the red house in {TOWN}
it's the last farm before {TOWN}
the bungalow behind the pub in {TOWN}
near the mosque in {TOWN}, ask for {FIRST}
ask anyone in {TOWN} for the {LAST} house
my hut in {TOWN}
student halls in {TOWN}
I'm the vicar in {TOWN}
I'm a widow in {TOWN}
pensioner from {TOWN} here
one very happy customer in {TOWN}!
Love from {TOWN} x
xx from us in {TOWN}
Happy birthday {FIRST}! from all of us in {TOWN}
Best wishes from your cousins in {TOWN}
posted by {HANDLE} in {TOWN}
tweeting from bed in {TOWN}
TOWN: {TOWN} NAME: {PERSON}
{PERSON}, {TOWN}, wants a refund
{PERSON} of {TOWN} wrote to us twice
Mr {LAST} of {TOWN} is right
Mrs {LAST}, {TOWN}
Dr {LAST} in {TOWN} is my GP
Letter from {PERSON}, {TOWN}, about the noise
Winner: {FIRST} {LAST} from {TOWN}
congrats to {FIRST} in {TOWN}
{FIRST} and {FIRST} in {TOWN} send their love
tell {FIRST} in {TOWN} that I asked
""")

PARTS = _lines("""
I live on {ROAD} and the bins were not collected
we're on {ROAD}, opposite the school
I'm at {ROAD}, the blue door
it's {ROAD}, not {ROAD}
they left it at {ROAD} with a neighbour
the driver went to {ROAD} and rang there
who lives on {ROAD}? my parcel does
my flat on {ROAD} has no hot water
our building on {ROAD}
Collect from {ROAD} after 6
pick me up at {ROAD}
taxi to {ROAD} never came
my taxi dropped me at {ROAD}, two streets from home
Water leak at {ROAD}
No street light outside {ROAD}, since May
Job at {ROAD}, no access
engineer to {ROAD}, side gate
tech at {ROAD} 10-12
visit {ROAD} tmrw
New tenant at {ROAD}
tenants in {ROAD} complain again
the house is {ROAD}
i'm number {HOUSE} {STREET}
number {HOUSE}, {STREET}
I am at number {HOUSE}, he is at number {HOUSE}
it went to number {HOUSE}, i'm {HOUSE}
no {HOUSE} not no {HOUSE}!!
you left it at {HOUSE} instead of {HOUSE}
house number? {HOUSE}
A: house number? C: {HOUSE}
A: And the street? C: {STREET}
A: your street? C: er {STREET}
C: it's {STREET}, {HOUSE}
Agent: And the postcode?|Customer: {ZIP}
postcode is {ZIP}
my zip is {ZIP}
post code: {ZIP}
zip {ZIP}
PLZ {ZIP}
{ZIP} {TOWN}
it's {ZIP}, always was
delivery to {ZIP} is free?
do you serve {ZIP}? I live there
I'm in {ZIP}
we are {ZIP} not {ZIP}
the postcode is {ZIPSAID}
C: postcode {ZIPSAID}
uh zip {ZIPSAID}
the door code is {DOOR}
gate code {DOOR}, second floor
key safe {DOOR}
code for the gate is {DOOR}
entry code {DOOR}
buzzer {DOOR}
flat {FLAT}
I'm in flat {FLAT}, third floor
it's apt {FLAT}
I'm the one in {UNIT}
buzz {UNIT}, name {LAST}
ring {UNIT}
my neighbour in {UNIT} took it
{UNIT}, {ROAD}
{UNIT}|{ROAD}|{TOWN}|{ZIP}
{ROAD}|{TOWN}|{ZIP}
{ROAD}, {TOWN}
{ROAD} {TOWN} {ZIP}
{PERSON}|{ROAD}|{TOWN} {ZIP}
{PERSON}, {ROAD}, {TOWN}
To: {PERSON}, {ADDRESS}
Address: {ADDRESS}
address {ADDRESS}
addr: {ADDRESS}
my address is {ADDRESS}
My new address from May: {ADDRESS}
new addr {ADDRESS}
old address {ADDRESS}, new {ADDRESS}
Please send it to {ADDRESS}.
pls deliver to {ADDRESS} after 5
send to my work: {ADDRESS}
Ship to: {ADDRESS}
Deliver to {ADDRESS}, leave with the porter
I live at {ADDRESS} and you keep charging me
we live at {ADDRESS}
residing at {ADDRESS}
I, {PERSON}, of {ADDRESS}, cancel the contract.
Bill goes to {ADDRESS}
invoice address: {ADDRESS}
Property: {ADDRESS}
The mortgage on {ROAD} is paid
Meter at {ADDRESS}
Gas smell at {ADDRESS}
Complaint of {PERSON}, {ADDRESS}
my mum's address is {ADDRESS}
nan is at {HOMES}, room {FLAT}
my mother is in {HOMES}, {TOWN}
Dad moved into {HOMES}
I'm in {HOMES}
halls: {HOMES}, room {FLAT}
we're at {HOMES}, up the track
the farm is called {HOMES}
house name is {HOMES}, no number
{HOMES}, {STREET}, {TOWN} {ZIP}
{HOMES}, {TOWN}
it's {HOMES} down the lane, past the church
turn left at the pub, {HOMES} is at the end
behind {HOMES}, second caravan
pitch {FLAT}, {HOMES}
boat is called {HOMES}, moored at {ROAD}
plot {HOUSE}, {STREET}
room {FLAT}, {HOMES}
PO Box {HOUSE}, {TOWN}
p.o. box {HOUSE} {TOWN}
c/o {PERSON}, {ADDRESS}
care of {PERSON} at {ROAD}
corner of {STREET} and {STREET}, that's me
between {STREET} and {STREET}, green gate
my pin: {GEO}
location {GEO}
///{WORDS}
what3words is {WORDS}
w3w {WORDS}
""")

HANDLES = _lines("""
my username is {NICK}
username {NICK}
user: {NICK}
user {NICK} cannot log in
User name - {NICK}
login {NICK}, password forgotten
my login is {NICK} and the mail never comes
log in name {NICK}
i'm {NICK} on there
i'm {NICK} on insta
on tiktok i'm {NICK}
insta: {NICK}
IG {NICK}
ig: {HANDLE}
my insta is {NICK}
my twitch is {NICK}
twitch name {NICK}
snap {NICK}
my snap is {NICK}, add me
tiktok {HANDLE} has the video
telegram {HANDLE}
tg {NICK}
telegram me, {NICK}
discord {NICK}
discord is {NICK}#{FOUR}
steam name {NICK}
my steam is {NICK}
gamertag {NICK}
gamertag is {NICK}, banned for nothing
my GT {NICK} lost all coins
PSN: {NICK}
psn id {NICK}
xbox: {NICK}
my tag is {NICK}
player {NICK} cheats, report him
report {NICK} for cheating
{NICK} keeps insulting people in the lobby
the user {NICK} posted my number
a seller called {NICK} sent me a brick
ebay seller {NICK} won't refund
vinted seller {NICK}
bought it from {NICK} on your market
buyer {NICK} never paid
host {NICK} cancelled on us
rider {NICK} five stars
my forum name is {NICK}
on the forum i am {NICK}
known as {NICK} on the board
moderator {NICK} deleted my post
mod {NICK} banned me
as {NICK} said above
{NICK} is right, same here
thanks {NICK}, that worked
thanks to {NICK} for the tip
reply to {NICK}: same for me
@ {NICK} did yours arrive
quote from {NICK}: "works for me"
{NICK} wrote:|> try again
posted by {NICK} 3 days ago
from u/{NICK}
u/{NICK} has the same
/u/{NICK} told me to ask
my channel is {NICK}
my channel {NICK} got a strike
youtube: {NICK}
follow me {HANDLE}
{HANDLE} same here
{HANDLE} did you get yours?
{HANDLE} {HANDLE} lol look
RT {HANDLE}: never again
via {HANDLE}
.{HANDLE} told me to write here
hey {HANDLE} thanks for helping me out
dm {HANDLE} please
ask {HANDLE}, she knows
credit {HANDLE}
pic by {HANDLE}
cc {HANDLE}
it's me {HANDLE} again
my other account is {HANDLE}
my old account {NICK} is locked, new one {NICK}
change my name from {NICK} to {NICK}
rename {NICK} to {NICK} please
can you unlink {NICK}
unlock {NICK} pls
reset {NICK} pls
account {NICK} hacked
someone hacked me, i was {NICK}
they took over {NICK} and now it's called {NICK}
venmo {HANDLE}
cashapp ${NICK}
paypal.me/{NICK}
kik {NICK}
skype {NICK}
skype: live:{NICK}
line id {NICK}
wechat {NICK}
wechat id: {NICK}
github {NICK}
my github handle is {NICK}
slack handle {NICK}
strava: {NICK}
spotify user {NICK}
my gamer name is {NICK} and my son's is {NICK}
kid's account {NICK}, he is 9
roblox {NICK}
minecraft name {NICK}
fortnite {NICK}
chess.com {NICK}
duolingo {NICK}, streak lost
AD account {NICK} locked
windows user {NICK}
intranet login {NICK}
sso {NICK}
samaccountname {NICK}
{"user": "{NICK}", "msg": "broken"}
user={NICK} error=403
[{NICK}] hello?
<{NICK}> hi
{NICK}: anybody there
referral from {NICK}
invited by {NICK}
invite code of {NICK}
guest wifi name {NICK}
I go by {NICK} online
they call me {NICK} in chat
nickname {NICK}
nick: {NICK}
alias {NICK}
screen name {NICK}
display name {NICK}, real name {PERSON}
{NICK} ({FIRST})
{FIRST} aka {NICK}
""")

NUMBERS = _lines("""
order {CODE}
order {CODE} is late
my order {CODE} never came
Order no. {CODE}
order number: {CODE}
order nr {CODE}
ordr {CODE} pls
where is {CODE}
where's {CODE}???
{CODE} - still nothing
re: {CODE}
RE: case {CODE}
Case {CODE}
ticket {CODE}
Ticket #{CODE} closed without an answer
my ticket is {CODE}
ref {CODE}
Ref: {CODE}
Our ref {CODE}
your ref: {CODE}
reference {CODE}
reference number is {CODE}
ref no {CODE}
booking {CODE}
booking ref {CODE}
booking reference {CODE}, two adults
PNR {PNR}
pnr is {PNR}
my booking code {PNR}
confirmation {PNR}
confirmation code {PNR}
record locator {PNR}
flight booked under {PNR}
reservation {CODE}
res {CODE}, name {LAST}
invoice {CODE}
Invoice {CODE} paid twice
inv {CODE}
inv. no. {CODE}
bill no {CODE}
Receipt {CODE}
receipt no. {CODE}
tracking {CODE}
tracking no {CODE}
tracking number {CODE} not found
parcel {CODE}
parcel number {CODE}
consignment {CODE}
shipment {CODE}
AWB {CODE}
return {CODE}
RMA {CODE}
rma no. {CODE}
claim {CODE}
claim no. {CODE}
my claim is {CODE}
incident {CODE}
crime ref {CODE}
quote {CODE}
quotation {CODE}
transaction {CODE}
txn {CODE}
transaction id {CODE}
payment id {CODE}
gift card {CODE}
gift card number {CODE}
policy {CODE}
policy no {CODE}
policy number {CODE} lapsed
contract {CODE}
contract no. {CODE}
Vertrag {CODE}
agreement {CODE}
account {ACCOUNT}
account no. {ACCOUNT}
acct {ACCOUNT}
a/c {ACCOUNT}
acc no {ACCOUNT}
account number is {ACCOUNT}
my account: {ACCOUNT}
merged {ACCOUNT} into {ACCOUNT}
customer no {ACCOUNT}
Customer number {ACCOUNT}
cust no {ACCOUNT}
cust id {ACCOUNT}
client no. {ACCOUNT}
client {ACCOUNT}
Kundennummer {ACCOUNT}
KdNr {ACCOUNT}
N° client {ACCOUNT}
user id {ACCOUNT}
subscriber {ACCOUNT}
patient no. {ACCOUNT}
hospital number {ACCOUNT}
MRN {ACCOUNT}
student no {ACCOUNT}
student number {ACCOUNT}
matric no {ACCOUNT}
employee {ACCOUNT}
staff id {ACCOUNT}
staff no {ACCOUNT}
payroll {ACCOUNT}
badge {ACCOUNT}
library card {ACCOUNT}
meter {ACCOUNT}
MPAN {ACCOUNT}
meter no. {ACCOUNT}
tenancy {ACCOUNT}
loan {ACCOUNT}
mortgage account {ACCOUNT}
sort code {SORT}, account {ACCOUNT}
{SORT} {ACCOUNT}
mandate {CODE}
membership {LOYALTY}
membership no. {LOYALTY}
member {LOYALTY}
member number {LOYALTY}
member id {LOYALTY}
loyalty no {LOYALTY}
loyalty card {LOYALTY}
clubcard {LOYALTY}
nectar {LOYALTY}
points card {LOYALTY}
bonus card {LOYALTY}
frequent flyer {LOYALTY}
ff no {LOYALTY}
miles no. {LOYALTY}
Gold {LOYALTY}
rewards {LOYALTY}
railcard {LOYALTY}
passport {PASSPORT}
passport no. {PASSPORT}
my passport is {PASSPORT}
pass no {PASSPORT}, expires soon
travel doc {PASSPORT}
visa {PASSPORT}
licence {LICENCE}
driving licence {LICENCE}
driver's license {LICENCE}
DL {LICENCE}
licence no. {LICENCE}
plate {PLATE}
my plate is {PLATE}
reg {PLATE}
car reg {PLATE}
reg number {PLATE}
registration {PLATE}
number plate {PLATE}
paid parking for {PLATE}
parking for {PLATE} refused
fine for {PLATE}
ticket on {PLATE}, i had paid
my car, {PLATE}, was towed
car: {PLATE}
van {PLATE} blocks my drive
white transit {PLATE}
silver golf, {PLATE}
taxi {PLATE}
uber {PLATE}, driver {FIRST}
driver {FIRST}, {PLATE}
scooter {PLATE}
motorbike {PLATE}
add {PLATE} to my permit
change {PLATE} to {PLATE} on the pass
toll for {PLATE}
SSN {SSN}
ssn is {SSN}
my social {SSN}
social security {SSN}
last four of my social {FOUR}
national insurance {NATIONAL}
NI {NATIONAL}
ni no. {NATIONAL}
NHS {NATIONAL}
nhs no {NATIONAL}
national id {NATIONAL}
ID {NATIONAL}
id number {NATIONAL}
id card {NATIONAL}
ID no. {NATIONAL}
DNI {NATIONAL}
cpf {NATIONAL}
pan {NATIONAL}
aadhaar {NATIONAL}
PESEL {NATIONAL}
BSN {NATIONAL}
personnummer {NATIONAL}
codice fiscale {NATIONAL}
tax number {NATIONAL}
tax id {NATIONAL}
UTR {NATIONAL}
NIN {NATIONAL}
BVN {NATIONAL}
medicare {NATIONAL}
emirates id {NATIONAL}
iqama {NATIONAL}
residence permit {NATIONAL}
card {CARD}
my card {CARD}
card number {CARD}
visa {CARD} exp 04/27
cc {CARD}
amex {CARD}
card ending {FOUR}
the card ending in {FOUR}
last 4 {FOUR}
cvv {CVV}
cvc is {CVV}
security code {CVV}
pin is {FOUR}
iban {IBAN}
IBAN: {IBAN}
refund to {IBAN}
pay into {IBAN}, {PERSON}
my bank {IBAN}
tel {PHONE}
call me on {PHONE}
call {PHONE}
phone {PHONE}
mob {PHONE}
mobile: {PHONE}
my number is {PHONE}
ring {PHONE} after 6
whatsapp {PHONE}
text {PHONE}
{PHONE} is my cell
cb on {PHONE}
my old number {PHONE}, new {PHONE}
number's {SPOKEN}
my number is {SPOKEN}
C: {SPOKEN}
it's {SPOKEN}
order number {SPOKEN}
account {SPOKEN}
member number {SPOKEN}
{EMAIL}
mail me at {EMAIL}
email {EMAIL}
my mail is {EMAIL}
e-mail: {EMAIL}
reply to {EMAIL}
sent to {EMAIL} not {EMAIL}
write to {EMAIL} please
From: {PERSON} <{EMAIL}>
my profile is {LINK}
see {LINK}
link: {LINK}
{LINK} that's me
ip {IP}
my ip is {IP}
someone logged in from {IP}
MAC {MAC}
router {MAC}
wallet {WALLET}
btc to {WALLET}
sent to {WALLET}, not arrived
DOB {BIRTH}
dob {BIRTH}
born {BIRTH}
born on {BIRTH}
date of birth {BIRTH}
D.O.B. {BIRTH}
my birthday is {BIRTH}
A: date of birth? C: {BIRTH}
C: {BIRTH}, the seventies were good
I was born {BIRTH}
she was born on the {BIRTH}
turned 18 on {BIRTH}
verified: name {PERSON}, DOB {BIRTH}
I'm a {BELIEF}
I am {BELIEF} and cannot eat that
as a {BELIEF} man I was hurt
as a {BELIEF} woman
we are {BELIEF}
my husband is {BELIEF}
""")

NAMES = _lines("""
the man at the desk, {FIRST}, knew nothing
{FIRST} nxt door has it
{FIRST} took my parcel in
signed for by {LAST}
signed: {FIRST}
{FIRST} on reception was kind
gave it to {FIRST} who gave it to {FIRST}
had {FIRST} again, the best
big thanks to {FIRST} n {FIRST}
my boy {FIRST} loves it
our {FIRST} is six
little {FIRST} cried all night
grandad {FIRST} wants the paper one
its for {FIRST}s birthday
{FIRST}'s account not mine
{FIRST}'s dad said no
ask {LAST} in 12
{LAST} residence
the {LAST}s at the end of the road
Family {LAST}
Mr and Mrs {LAST}
{LAST}, {FIRST}
{LAST} {FIRST}
{FIRST} {LAST}
{PERSON}
{FIRST}
Name {PERSON}
name: {FIRST}|surname: {LAST}
my name is {FIRST}. not {FIRST}. {FIRST}.
its spelt {SPELLED}
{LAST}, {SPELLED}
C: {SPELLED}
surname's {LAST}, {SPELLED}
i'm calling for my mum, {PERSON}
on behalf of {PERSON}
poa for {PERSON}
executor of {PERSON}
widow of {PERSON}
patient {PERSON} missed her slot
pt {PERSON} seen by Dr {LAST}
Dr {LAST} signed it off
nurse {FIRST}
sister {LAST}
prof {LAST}
coach {FIRST} was great
miss {LAST} teaches 4b
Officer {LAST} was polite
driver {FIRST} {LAST}
judge {LAST}
cllr {LAST} never replies
Rev {LAST}
guide {FIRST} knew every stone
chef {FIRST} outdid himself
server was {FIRST}
waiter {FIRST}: slow
barista {FIRST} drew a cat
cashier {FIRST}, till 4
{FIRST} at till 4
agent {FIRST} hung up
spoke w/ {FIRST} & {FIRST}
chat with {FIRST} ended
{FIRST} from accounts
{FIRST} in returns
{FIRST} of customer care
a certain {FIRST}
someone called {FIRST}
some {FIRST} picked up
this {FIRST} guy
that {FIRST} woman
is {FIRST} in today
can i have {FIRST} back
bring back {FIRST}
{FIRST} where r u
oi {FIRST}
cheers {FIRST}
ta {FIRST}
love, {FIRST}
{FIRST} x
xoxo {FIRST}
rgds {FIRST}
BR|{FIRST}
Best|{PERSON}|Facilities
Sincerely|{PERSON}
{PERSON}|Head of Purchasing|{brand}
Sent by {FIRST}'s phone
On Tue {PERSON} wrote:
{PERSON} via support
passenger {LAST}/{FIRST} MR
{LAST}/{FIRST}MS
room {room}, {LAST}
table for {LAST}
booked as {LAST}
it's under {LAST}
parcel for {LAST}
{FIRST} & co are late
me n {FIRST}
{FIRST} and i
{FIRST}+{FIRST} forever on the mug
engrave "{FIRST}" on the back
the cake should say happy 40th {FIRST}
print {FIRST} on the shirt, number 9
gift note: to {FIRST} love {FIRST}
in memory of {PERSON}
RIP {FIRST}
{FIRST} passed away in june
my late husband {FIRST}
my ex {FIRST} still uses it
my boss {FIRST}
my flatmate {FIRST}
my mate {FIRST}
my gf {FIRST}
landlord {LAST}
""")

CLEAN = _lines("""
serial {model}
Serial SN-{build}-{model}
serial number {model} on the back
IMEI printed on the box is wrong
ward {small} bed {small}
room {room} reports a leak
badge {small}
two adults from {town} airport to {town} centre
the {town} store group
at the {town} counter
the lady in the {town} branch
printed in {town}
brewed in {town}
our {town} trip
my {town} holiday
my flight to {town}
my train to {town}
I was in {town} last week and the app failed
I am in {town} on business
I'm at {town} airport
stuck in {town}, no staff
stranded in {town} overnight
arrived in {town} without my bag
is {town} a hub
shipping to {town}?
shipping costs to {town}
how long does it take to {town}
do you ship to {town}
flight to {town} was cancelled
Our flight from {town} to {town} was two hours late.
the {town} to {town} train is always full
The {town} office told me to write to the {town} one.
is your shop in {town} open on sunday
opening hours of the {town} store?
the {town} branch was closed
your {town} warehouse lost it
parcel stuck in {town} since friday
tracking says {town}, then {town}, then nothing
it went through {town} customs
layover in {town}
missed my connection in {town}
hotel in {town} was dirty
we loved {town}, the hotel less
two nights in {town}, one in {town}
holiday in {town} ruined
trip to {town} in May
visiting {town} next week, is there a lounge
do you fly to {town}
why is {town} so expensive
the {town} marathon
the {town} derby is on at 8
{town} airport, gate 14
{town} Central, platform 3
lost my bag at {town} station
lounge in {town}
conference in {town}
I'll be in {town} on Friday for work
spent a day in {town}
coming back from {town} on Sunday
we drove from {town} to {town}
roaming in {town} did not work
can I pick it up in {town}
is it made in {town}
{town} blend coffee
the {town} sofa in grey
the {town} boots in 42
{town} Bank charged me
University of {town} discount
{town} has three stores, none answers
weather in {town} shut the airport
the {town} route is back
stock in {town}?
only available in {town}, says the site
your map shows {town} instead of {town}
timezone is set to {town}
the app thinks I am in {town}
VPN via {town}
bus 14 to {town}
the tram to {town} broke down
concert in {town} moved to {town}
tickets for {town}, block C
event in {town} on the 12th
your ad says {town} from 29 euros
city break {town}
the {town} edition
shop on {street} is closed
your store on {street}
the branch in {street} has no ramp
roadworks on {street}
bus stop {street} has no light
the {street} exit is blocked
parking on {street} is too dear
the cafe in {street}
road closed at {street}
cycle lane on {street}
see you at the shop, {street}
my order is late
where is my parcel
still waiting
it broke
it broke again after {small} days
refund took {small} weeks
{small} out of 10
waited {small} minutes on hold
on hold for {small} min
{small} stars
order came, wrong colour
i ordered {small}, got {small}
version {version} crashes
crashes since {version}
update {version} broke it
firmware {version}
iOS {version}
android {version} app {version}
on Windows 11, build {build}
error {error}
error code {error}
it says error {error}
{error} again
shows {error} on the display
code {error} flashing
model {model}
my {model} is dead
the {model} hums
{model} vs {model}, which is better
does {model} fit {model}
is the {model} back in stock
the new {model} is great
part {model}
filter {model} for the {model}
size {size}
size {size} too small
article {model} in {size}
SKU {model}
item {model}
colour code {model}
catalogue page {small}
{price} for that
charged {price} twice
charged {price} instead of {price}
refund of {price}
{price} fee
price went from {price} to {price}
i paid {price}
{price} per month
was {price} now {price}
voucher of {price} does not work
code {promo} does not work
promo {promo}
use {promo} at checkout
discount code {promo} expired
flight {flight}
flight {flight} delayed
{flight} cancelled
on {flight} today
train {flight}
seat {seat}
seats {seat} and {seat}
row {seat}
gate {seat}
platform {small}
coach {seat}
bus {small}
line {small}
room {room}
room {room} was cold
table {small}
at till {small}
aisle {small}
on {date}
since {date}
until {date}
delivered on {date}
bought {date}
expires {date}
appointment on {date} at {time}
from {time} to {time}
at {time}
between {time} and {time}
{date} {time} no answer
in {year}
since {year}
the {year} model
warranty until {year}
born in the wrong decade
{brand} is better
{brand} does it for less
i switched from {brand} to {brand}
bought it at {brand}
{brand} said it is your fault
the {brand} app works
my {brand} works with {brand}
paid with {brand}
{brand} tv
a {brand} phone
{brand} {model}
the {brand} {model} is loud
{brand} store in {town}
{brand} and {brand} both refused
do you sell {brand}
{brand} is not {brand}
{firstbrand} perfume
the {firstbrand} lamp
{firstbrand} chair in oak
the {firstbrand} dress in red
{firstbrand} range
{firstbrand}'s pizza on the corner
{firstbrand} & Sons Ltd
{firstbrand} Motors
{firstbrand} cream
St {firstbrand}'s hospital
{firstbrand} Street station
{firstbrand} Airport
the {firstbrand} line
the {firstbrand} suite
our dog {firstbrand} ate it
the cat, {firstbrand}, hates the new food
my dog {firstbrand}
hurricane {firstbrand}
storm {firstbrand}
your bot {firstbrand} is useless
chatbot {firstbrand}
{companyhandle} where is my order
{companyhandle} fix your app
hey {companyhandle}
{companyhandle} {companyhandle} both down
thanks {companyhandle}
.{companyhandle} is down again
{companyhandle} you promised
shame on {companyhandle}
#{hashtag}
#{hashtag} #{hashtag}
love it #{hashtag}
see {publiclink}
{publiclink} is down
your page {publiclink} gives a 404
the link {publiclink} is dead
your support mail {companymail} bounces
wrote to {companymail}, no answer
call your hotline {freeline}
your hotline {freeline} is dead
{freeline} costs money
phone number please?
what is your number
my address changed, how do i update it
i moved, where do i change that
can i change the name on the ticket
my username does not work
forgot my password
i can't log in
my account is locked
what is my order number
where do i find the serial number
the postcode finder is broken
postcode field accepts no spaces
address field too short
the street name is cut off on the label
wrong name on the card
name field does not take accents
my husband called twice
my wife is angry
the driver was rude
the agent was kind
the manager never called
your colleague said {small} days
customer wants callback
cust wants refund
caller upset, wants manager
cb requested after {time}
left voicemail
no answer x{small}
ticket closed by mistake
sent photos of the dent
box was open
one shoe missing
two left shoes
smells of plastic
battery lasts {small} hours
{small} GB used in a day
{small} kWh on the meter
reading {build}
meter reading {build}
serial {build} is printed too small
batch {model}
lot {model}, best before {date}
IP rating IP67
HTTP {error}
port 443 is closed
chapter {small}, page {small}
section {small}.{small}
law 2016/679
ISO 9001
WLAN 802.11
4 x AA
12V 5A
1920x1080
lol
ok
yes
no
thanks
thx
great
????
+1
same
when
hello?
anyone there
good morning
Good evening, I have a question about the fees.
May I return it in March?
Will it rain on the parade? Your tent did not hold.
Sunday service is a joke
Easter Monday you were closed
Mark as read does nothing
the bill is wrong
I will sue
The rose died after a day
the pearl fell out of the ring
the jack is broken
Amber light flashes
the hood is torn
Grace period over, fee charged
Christian holidays only? what about ours
the Turkish menu is wrong
the German version of the manual
subtitles in Spanish please
I speak French and Dutch
Vegan options?
is it halal
is the gelatine kosher
the Catholic school next door is loud
the mosque car park is full
Chinese New Year sale?
Black Friday was a mess
""")

WHOLE = _lines("""
Been a customer since I moved to {TOWN} and this is the first time I write.
Hello, {FIRST} here, I rent a room in {TOWN} and the wifi is gone again.
Your courier says he cannot find {HOMES}. It is the only house past the bridge. {FIRST}
We are the bakery in {TOWN}, the one with the green door. No flour came.
can someone come out to {TOWN}?? grandma is 90 n has no phone
Greetings! Blender works. The lid does not. {FIRST}, {TOWN}
not sure u deliver this far, we are near {TOWN}
There's one bus a day to {TOWN}, where I live, and it does not wait.
I run the post office in {TOWN} so don't tell me about parcels
Since we moved out to {TOWN} the mobile signal is gone, can I leave the contract?
my mate in {TOWN} got his on day one, mine ({TOWN}) is still "processing"
Love your show, I watch it every night with my mum in {TOWN}.
writing this from the library in {TOWN} because at home the line is dead
I'm a {TOWN} taxi driver, your map sends everybody to the old bridge
We have a holiday let in {TOWN} and the guests get no emails
Any chance of a store in {TOWN}? I drive two hours each way
the church in {TOWN} where i sing needs 12 folders
I'm 16 and from {TOWN}, can I order without my parents
no probs here in {TOWN}
works fine in {TOWN}
Snowed in up here in {TOWN}, can you hold the order?
Half of {TOWN} is without water and I'm in that half.
I teach yoga in {TOWN}, do you do bulk
my dorm in {TOWN} blocks your app
exchange student in {TOWN}, from {TOWN} originally
I'm an expat in {TOWN}, which plug do I get
retired teacher, {TOWN}
Army wife in {TOWN}, husband away, nobody to lift the washing machine
he's from {TOWN} and she's from {TOWN}, and they both hate your lounge
new number since I came back home to {TOWN}
You say I live in {TOWN}. I do not, I live in {TOWN}.
Wrong. {TOWN}, not {TOWN}.
My care worker comes from {TOWN} on the 8.10
my in-laws ({TOWN}) never got the flowers
flowers to mum, {TOWN}, Mother's Day, never came
Birthday parcel to my godson in {TOWN}
sending this to my brother in {TOWN}
I send money to my family in {TOWN} each month
Dear sirs, I am a farmer at {TOWN} and the solar pump has stopped.
pls sir i buy the phone in {town} but i stay at {TOWN}
My hometown {TOWN} is not in your list of cities
Your form does not know {TOWN}. I was born there.
I'm from {TOWN}, it's a real place!
{TOWN} calling. Still no internet.
{TOWN}: no bins for 3 weeks
{TOWN} here. anyone got power
anyone else {TOWN} way with no signal
over here in {TOWN} the ads are in the wrong language
Me and my three kids, {TOWN}, have had no hot water since Sunday
as we live in {TOWN}, we can't just "pop in"
Driver left it {UNIT}, I'm {UNIT}. Different building!
The man from number {HOUSE} has my parcel and won't open.
We're the house with the blue shutters on {STREET}.
{ROAD}, the one with the caravan outside
Delivered to {ROAD}?? I'm {ROAD}!
My parcel is with the people at {ROAD}, I don't know them.
you keep sending my mail to {ROAD}, I left there in May
leave it in the shed at {ROAD}
Left at porch it says. Not the porch of {ROAD} it wasn't.
the label said {STREET} but no number, my number is {HOUSE}
Could the driver come up to {UNIT}? I use a wheelchair.
intercom is broken, ring {UNIT} or shout, i'm on {ROAD}
Bin day on {ROAD} was yesterday, nobody came
pothole outside {ROAD} ate my tyre
tree down across {ROAD}, my car is under it
neighbour at {HOUSE} {STREET} plays drums, I'm at {HOUSE}
The order went to my ex at {ADDRESS}. Please do not do that again.
I'd like it at work please. {ADDRESS}
Work address: {ADDRESS}|Home: {ADDRESS}
moved! {ADDRESS} now
Hi I moved from {ROAD} to {ROAD}, same town, same contract
The gas man wrote {ROAD} on the card. We live at {ROAD}.
send the engineer to {HOMES}, {TOWN}, key is with {FIRST}
Gran's at {HOMES} now, room {FLAT}. She wants her magazine there.
I'm at the campsite {HOMES}, pitch {HOUSE}
houseboat {HOMES}, by the lock in {TOWN}
top bell, {LAST}, {ROAD}
it's the flat above the chip shop on {STREET}
above the bakery, {ROAD}
back door of {ROAD}
first left after {STREET}, house with a boat
The postcode finder only knows the new flats, we're {ZIP}
zip code {ZIP}, it says you dont ship here
It asks for my postcode, I put {ZIP}, it says invalid.
My ex knows the gate code ({DOOR}), please change it
code is {DOOR} then the bell
alarm code {DOOR}, dog is in the kitchen
u banned {NICK} for nothing, thats my brothers acc
I traded with {NICK} and he scammed me
there is someone pretending to be me, {NICK}, I am {NICK}
My daughter plays as {NICK}, can you see her hours?
{NICK} on your forum answered faster than your support
moderation by {NICK} is a joke
add {NICK} to my friends
party chat with {NICK} drops
I gifted a skin to {NICK} by mistake
gift sub to {NICK} never arrived
streamer {NICK} promised a code
won a giveaway by {HANDLE}, no dm since
that photo is mine, {HANDLE} stole it
pls take down the video by {NICK}
why does {HANDLE} have the tick and I don't
tag me {HANDLE}
hi im {HANDLE} on here, {NICK} on twitch
linked account shows {NICK}, should be {NICK}
old login {NICK} new login {NICK}
The intranet says user {NICK} unknown
my vpn user is {NICK}, token expired
{NICK} is locked out, third time this week
reset pw 4 {NICK} thx
shared mailbox: add {NICK} and {NICK}
pls give {NICK} rights on the drive
ssh as {NICK} fails
commit by {NICK} broke the build
reviewed by {NICK} on the app store: 1 star
host was {NICK}, superhost my foot
swapped dresses with {NICK}, got rags
the lobby: {NICK}, {NICK} and {NICK}, all cheaters
the docket says {CODE}
it says {CODE} on the slip
number on the letter: {CODE}
the letter quotes {CODE}
the sticker on the parcel reads {CODE}
on the receipt it's {CODE}, on the app {CODE}
you gave me {CODE} and your colleague {CODE}
they told me to quote {CODE}
I was given {CODE}
my number with you is {ACCOUNT}
our number is {ACCOUNT}
I have {ACCOUNT} and my wife {ACCOUNT}
the card says {LOYALTY}
number on the back is {LOYALTY}
{LOYALTY}, gold since 2011
the car is a blue clio, {PLATE}
we hired {PLATE} from you, it had a flat
the bloke in {PLATE} cut me up, it has your logo on
barrier didn't open for {PLATE}
{PLATE} paid till 6, ticket at 5
courier van {PLATE} hit my wall
they clamped {PLATE}
I sold {PLATE} in March, stop the fines
your driver ({PLATE}) was on the phone
child's number {NATIONAL}
it wants my number, it's {NATIONAL}
why do you need {NATIONAL}
you printed my number {NATIONAL} on the envelope
officer number {FOUR} was kind
warden {FOUR} wrote the ticket
last 4 are {FOUR}
{FIRST} gave me {FOUR} as pin
my old number ends {FOUR}
{PERSON} born {BIRTH}
my son, {FIRST}, {BIRTH}, needs a seat
infant {PERSON} dob {BIRTH}
For the attention of {PERSON}: the form is wrong.
The bill is for {PERSON}, I am {PERSON}, we only share a surname.
wrong person, I am not {PERSON}
who is {PERSON} and why do I get her bank letters
stop calling me {FIRST}
my name isn't {FIRST} it's {FIRST}
there are two {FIRST} {LAST}s at the practice
{FIRST} (my cousin) ordered for me
me and {FIRST} waited two hours
big {FIRST} from the garage
young {FIRST} on the fish counter
lovely chat with old {FIRST}
a Mr {LAST} rang, no message
some bloke {FIRST} says he's from you
Bless {FIRST} and her team
{FIRST}, if you see this, the kettle is perfect
Hats off to {FIRST}!
shame on you {FIRST}
Give {FIRST} a rise.
thx to {FIRST} ({TOWN} store)
asked for {FIRST}, was given {FIRST}, then cut off
{FIRST} says hi
So {FIRST} and {FIRST} got married and your cake was late
her name badge said {FIRST}
the badge said {FIRST}, could be {FIRST}
signed by X. {LAST} (tenant)
minutes by {PERSON}
{FIRST} {LAST} v your company
The {LAST} family, {TOWN}
the {LAST}s
Kids: {FIRST} (8), {FIRST} (5) and baby {FIRST}
twins {FIRST} and {FIRST} start on Monday
class of Mrs {LAST}
{FIRST} in year 4 lost her coat
Coach {LAST} never replied
vet {FIRST} saved our dog
dentist Dr {LAST} was gentle
my solicitor {PERSON} will write
key worker {FIRST}
midwife {FIRST} was an angel
social worker {PERSON}
organist {PERSON}
plumber {FIRST} did a botch job
cleaner {FIRST} has the key
Hi, it's {FIRST} from number {HOUSE}, the cable guy cut my line when he did {PERSON}'s.
uh yes hello this is {FIRST} {LAST} uh i'm calling about the uh order {SPOKEN}
Hello this is {PERSON} my number is {SPOKEN} please call back
Agent: your name please?|Customer: {PERSON}|Agent: and the town?|Customer: {TOWN}
Agent: can I take your postcode?|Customer: {ZIP}|Agent: and the first line?|Customer: {ROAD}
A: first line of the address? C: {ROAD}
A: and the town? C: {TOWN}, in the valley
A: your username? C: {NICK}
A: what's your handle? C: {NICK}, all lower case
A: plate? C: {PLATE}
A: order number? C: {CODE}
A: could you spell that? C: {SPELLED}
Customer: hi|Agent: hello, who am I speaking to?|Customer: {FIRST}
Name: {PERSON}|City: {TOWN}|Topic: delivery|Message: still waiting
Name: {PERSON}|Address: {ADDRESS}|Phone: {PHONE}
First name: {FIRST}|Last name: {LAST}|Town: {TOWN}
Name,Town,Rating|{FIRST},{TOWN},4
user;{NICK};town;{TOWN}
id: {ACCOUNT}; name: {PERSON}; city: {TOWN}
Caller: {PERSON} / {TOWN} / no heat since sun
{FIRST} {LAST} / {TOWN} / 3 nights
{TOWN}, {date}. Dear sirs, the {thing} you sent is broken. {PERSON}
{TOWN}, 12 May||Dear all,||I write as a customer of many years.||{PERSON}
{PERSON}|{TOWN}
{FIRST} & {FIRST}|{TOWN}
{FIRST} {LAST}, aged 71, {TOWN}
{FIRST} (32) from {TOWN} says
{FIRST}, a baker from {TOWN}, writes
this is for my niece {FIRST} in {TOWN}
to {FIRST}, {ROAD}, {TOWN}
Dropped at {ROAD}. POD signed {LAST}.
COD {ROAD}, {FIRST} pays cash
pickup {ROAD} dropoff {ROAD}
fare from {ROAD} to the {town} airport was 60
ride to {ROAD}, driver {FIRST}, plate {PLATE}
eng {FIRST} att'd {ROAD}, NA, card left
visit to {ROAD}: no one in
cust moving {ROAD} -> {ROAD}, eff {date}
COA: {ADDRESS}
chg of addr: {ROAD}, {TOWN}
addr on file {ROAD}, says {ROAD}
fwd addr {ADDRESS}
keys at {ROAD} with {FIRST}
spare key at number {HOUSE}
I am in the block behind {ROAD}
the garages behind {STREET}
on the corner of {STREET}, second floor, bell {LAST}
our allotment off {STREET}
I park on {STREET} and have a permit for {PLATE}
fly tipping on {STREET} again, outside my house, number {HOUSE}
noise from {ROAD} every night, I live next door
the tree in front of {ROAD} hits my window
Landlord of {ROAD} won't fix it
Rent for {ROAD} went up
Council tax for {ROAD} is in his name: {PERSON}
I moved out of {ROAD} on {date}
Final bill for {ROAD} please
Boiler at {ROAD} out again, two kids
wifi name at home is {NICK}, at {ROAD}
my blog is by {NICK}
I sell as {NICK}, four years, never a bad word
ID {NICK} hacked yesterday
the account {NICK} isn't mine
{NICK}, you know who you are
shoutout {NICK} and {NICK}
gg {NICK}
lol {NICK}
@{NICK}
hi @{NICK} and @{NICK}
ask {NICK} on the forum, legend
{NICK}'s guide fixed it
{NICK}'s video shows it
according to {NICK} it's a bug
as per {NICK}
wrote to {NICK}, no reply
matched with {NICK}, fake profile
co-op with {NICK} crashes
clan leader {NICK} kicked me
raid with {NICK} and {NICK} lost the loot
top of the board is {NICK} with a hack
my kid is {NICK} in your game
her channel, {NICK}, has 40 subs
gmail is {NICK}
mail {NICK} at the usual place
my email is my name, {FIRST} dot {LAST}, at example dot com
first part of my mail is {NICK}
can't reach {EMAIL}, nor {PHONE}
He rang from {PHONE} and said he was {FIRST}
text me: {PHONE}. {FIRST}
sms came from {PHONE}
Bill {CODE}, meter {ACCOUNT}, {ROAD}
{CODE}/{FIRST}
{CODE} {LAST}
{LAST} {CODE}
{LAST}, {CODE}
{PERSON} {ACCOUNT}
{PERSON}, {BIRTH}
{PERSON}, {PASSPORT}
{PERSON} {PHONE}
{PERSON} {EMAIL}
{PLATE} {LAST}
Your ref {CODE}. My name is {PERSON}, not {PERSON}.
I told {FIRST} my password and now I can't get in
{FIRST} from {TOWN} knows the password
ask {FIRST} or {FIRST} whoever is in
thanks {FIRST} you absolute star
many thanks to {FIRST}, {FIRST} and the whole {town} team
{FIRST} of the {town} store sorted it
{FIRST} at your {town} branch
{FIRST} in {town} told me to ring you
The lady in {town}, {FIRST}, was lovely
went to {town} to see {FIRST}
flew to {town} with {FIRST}
flight to {town} for {PERSON}
ticket {town} - {town}, passenger {PERSON}
booking for {PERSON}, {town} to {town}
hotel in {town}, guest {PERSON}, ref {CODE}
""")

TRAPS = _lines("""
the {firstbrand} {thing} is {look}
is the {firstbrand} {thing} {look}
{firstbrand} {thing}, size up
does the {firstbrand} {thing} come in black
my {firstbrand} {thing} broke
returning the {firstbrand} {thing} and the {firstbrand} one
The {firstbrand} is fine, the {firstbrand} runs small.
is {firstbrand} or {firstbrand} the softer one
why is the {firstbrand} {thing} gone
The {lastbrand} {thing} is not in stock
{lastbrand} {thing} mouldy
two {lastbrand}s and a beer
my {lastbrand} is {look}
had to return the {lastbrand} because the zip went
your {lastbrand} voucher
{lastbrand} and {lastbrand} want me to pay twice
bank with {lastbrand}
{lastbrand} says ask {brand}
ask {brand}, said {lastbrand}
{brand} says ask {brand}
{lastbrand} & {lastbrand} did not reply
{lastbrand} Ltd sent me a bill
solicitors {lastbrand} {lastbrand} LLP
the {lastbrand} Arms was full
The {lastbrand} hotel
the {lastbrand} stadium
Lake {lastbrand}
Mount {lastbrand} walk
{lastbrand} Park
{lastbrand} Road branch is closed
{lastbrand} College
{lastbrand} Prize
the {firstbrand} update broke it
ever since the {firstbrand} firmware
bot {firstbrand} says wait
{firstbrand} the robot
your virtual assistant {firstbrand}
Hey {firstbrand}, turn on the light
voice of {firstbrand} in the satnav
tropical storm {firstbrand}
the character {firstbrand} in the show
season 3 of {firstbrand}
the film {firstbrand}
saw {star} live
tickets for {star}
the {star} merch
{star} poster arrived creased
{star} at the O2, row F
a {star} album
the new {star} book
{star} would be ashamed
watched {star} in it
{star}'s cookbook
{dish} was cold
the {dish} was {look}
{dish} and {dish}
one {dish}, no {dish}
{dish} 10/10
{dish} came without sauce
who puts {brand} in a {dish}
feast of {saint}
happy {saint} to all of you
closed on {saint}
{saint} was a mess
St {firstbrand}'s day
will it fit
will call
may be late
hope it helps
grace period
faith in you is gone
joy of the week: it works
rose gold or black
olive or navy
pearl white
amber alert on the phone
jade green
ruby red
sandy beige
the jack is loose
the bill came
a frank answer please
mark it as paid
sue me
pat on the back
rob us why don't you
nick of time
drew a blank
miles and points gone
penny for your thoughts
summer sale
april invoice
june and july charged
august bank holiday
sunny today, app says rain
ginger biscuits stale
basil died
holly and ivy wreath
violet light
I am {adjective} and tired
i'm {adjective}
I'm so {adjective}
we are {adjective}
i am {adjective} today
am {adjective}
this is {adjective}
it's {adjective}
im {adjective} lol
I'm on the phone for hours
I'm in the queue
i'm in bed with flu
I live in hope
I live in fear of your app
i live on coffee
I live for this sauce
we live in the future, they said
from Monday on
from A to B
I work from home
i am at work
I'm at the counter
I'm at gate B12
we are at the hotel
at home nobody answers
in bed by nine
born in a barn, your driver
moved to tears
I moved to the new app
moved to Friday
based on what
i come from the old system
user name too long
username field broken
user error you say
user friendly it is not
user settings reset
login loop
log in fails
handle broke off
the handle of the {thing} is loose
door handle
my tag fell off
price tag missing
player does not load
the player keeps buffering
host not found
server down
seller refuses
rider was late
buyer protection is a joke
channel 4 is missing
stream lags
mod menu gone
number 1 in my heart
number 9 on the menu
no 5 is sold out
order 3 of 5 arrived
order of 12 roses
order again
orders over 50 ship free
2 weeks on the road
3 lanes closed
100 park benches
9 to 5 only
24/7 my foot
5 star way to treat people
10 court seats
7 days a week
one way street, two way traffic
on the street again
down the road to ruin
terrace was closed
the square was full
code 128 barcode
case closed
case of beer broken
case for the {model}
ticket to ride
ticket machine broken
reference manual missing
account settings
account manager left
card reader dead
card declined
card games
plate was dirty
plate chipped, cup too
registration form broken
registration closes at noon
licence fee
passport photo booth
passport control took 3 hours
ID check failed
visa on arrival?
membership fee doubled
member prices only
points vanished
serial 9C-{build}
part no {model}
model no {model}
product code {model}
ISBN 978-{build}
EAN {build}00{build}
KB00{build}
CVE-2024-{build}
RFC {build}
bus {small}, stop {small}
gate {seat} to {seat}
terminal {small}
zone {small}
week {small}
day {small}
{small}/{small}
{small}%
{small} x {small} cm
{small}+{small}={small}
{small}k steps
{small} mbit
{small} degrees
{small} nights, {small} guests
{small} points
{small} likes
{small} people in the queue, {small} seats
{small} adults {small} kids
temp {small}C
chapter {small} verse {small}
room {room}, {town}
meet in {town}
{town} in spring
{town} is lovely
{town} was stunning
{town} or {town} for a weekend?
{town} - {town} - {town}
{town}, {town} and {town} offices
{town} vs {town}
from {town}
to {town}
via {town}
{town}
{town}?
is it the {town} one
{town} time
the map of {town}
moved the meeting to {town}
does it work in {town}
{town} hospital was kind
{town} council
{town} United lost
{town} City FC shirt
made in {town}, sold in {town}
the {town} staff were lovely
staff in {town} were lovely about it
compared with {town} your lounge is bad
cheaper in {town}
the {town} flight crew
the 9:14 from {town}
the {time} to {town}
last train to {town}
platform for {town}?
a hotel near {town}
best pizza outside {town}
{town} ham
{town} style pizza
a {town} address?
trip from {town} to {town}
we flew {town} to {town}
we met in {town}
my {thing} got lost in {town}
why is delivery to {town} two days and to {town} five
do you deliver to {town}
deliveries to {town} are late
warehouse {town}
data centre in {town}
Are the {thing}s in the {town} store the same as in the {town} store?
We flew from {town} to {town} and the bags went to {town}.
Tracking says {town} for six days. Is {town} a place where parcels go to die?
Can I use two vouchers at once? One is from {brand}.
Bought at {brand} in {town}, repaired by {brand}, broken again.
The {time} from {town} was cancelled and the next one had two coaches.
{brand} charged me in June AND July
I switched from {brand} to {brand} and then back to {brand}.
Does {firstbrand} come in king size?
Is {firstbrand} or {firstbrand} the warmer duvet?
The {firstbrand} {thing} is gone from the site, the {firstbrand} one is {look}.
Absolutely love my {brand} {thing}, 5 stars
{brand} vs {brand} vs {brand}, which one has the longer warranty?
The hotel {lastbrand} has no lift, the {lastbrand} Inn no hot water.
Dinner at {lastbrand}'s, drinks at the {lastbrand} Arms, taxi never came.
I was at {town}, my bag was at {town}, your app said {town}.
Please send the invoice to our new address (it's in the portal).
My address in the app is the old one. How do I change it?
I forgot which mail I signed up with
I gave my number to your colleague already
Your driver was lovely, sadly I did not get his name.
The lady at desk {small} was great, did not catch her name
No name badge, tall, beard, very rude.
Some guy in a red jacket signed for it
Your agent promised a callback between {time} and {time}. Nothing.
Nobody at the {town} office speaks to the {town} office.
a happy family on holiday in {town}
Best regards, a customer
Kind regards, the whole team
Thanks, a loyal customer since {year}
Greetings from the other side of the counter
Sent from my {brand} phone
the meeting in room {town} is moved to {time}
agenda: Q2, the {town} office, AOB
please order 12 {thing}s for the {town} office
delivery to the {town} warehouse, dock {small}, before {time}
truck from {town} waits at gate {small}
{town} and {town} are closed on {saint}
the bridge in {town} is closed
marathon in {town}, no taxis
We were in {town} for {saint} and every shop was shut.
What is the weather like in {town} in March? Your app says snow.
Do I need a visa for {town}?
How far is it from {town} to {town}?
Which ferry goes to {town}?
Why are flights to {town} cheaper than to {town}?
can you recommend a restaurant in {town}
the guide book says {town} is nice in spring
is the museum in {town} open on mondays
got engaged in {town}, thanks for the upgrade
we got married in {town} last week and the flowers were perfect
The {town} tour was the highlight of our stay.
wine from {town}, cheese from {town}, all warm on arrival
it says made in {town} but the box says {town}
{dish} at {brand}, {dish} at home, guess which was warm
ordered a {dish}, got a {dish}
The {dish} was dry and the {dish} was stale.
{star} tickets sold out in {small} seconds
Is {star} playing in {town} or in {town}?
my {star} poster came folded
saw {star} in {town}, row {seat}, could not see a thing
Bluetooth drops. {brand} {model}, iOS {version}.
{brand} {model}, firmware {version}, error {error}
Router {model} reboots since {version}, log says {error}
ERR_{error} on every page
login.php returns {error}
env is prod, region eu-west-{small}
the timer on the {model} is off by {small} minutes
{price} for a {thing}, {price} for the same one at {brand}
two {dish}s, {price}, no receipt
it's 3 x {price} plus {price} shipping, not {price}
Reservation for {small} people on {date} at {time}, window please
we are {small} adults and {small} kids
two singles and a double from {date} to {date}
seat {seat} is broken, seat {seat} too
changed from gate {seat} to gate {seat} without a word
flight {flight} from {town} to {town}, {small} hours late
{flight} then {flight}, missed both
bus {small} from {town} skips every second stop
bus {small} to {street} never comes
the {street} stop has no roof
roadworks on {street} since {date}
your shop on {street} smells of paint
is the branch on {street} wheelchair friendly
parking near {street}?
the new cycle lane on {street} ends in a wall
{hashtag} {hashtag}
@ the support team: hello?
what is {companyhandle}'s excuse today
dear {companyhandle}, {small} hours on hold
{companyhandle} and {companyhandle} blame each other
{companyhandle} please follow back so i can dm
RT {companyhandle}: big sale this weekend
call {freeline}, it said. closed, it said.
mail to {companymail} came back
see {publiclink} for the rules, none apply
{publiclink} says {price}, the till says {price}
I live for your {dish}
we live and learn
I come in peace
i come here every friday
moved on to {brand}
moved my savings to {brand}
moved the meeting
I am a customer since {year}
I am a teacher and need the discount
I'm a nurse, the shoes are great
i'm a student
I am in my forties
I'm from the old school
i'm from sales
we're from the council
I'm in {size}
i'm a size {size}
am in row {small}
we are in room {room}
we're at table {small}
I'm on floor {small} and the lift is dead
it's flight {flight}
this is ridiculous
this is customer service?
it's me again
me again
hi again
hi team
hello support
dear sir or madam
to whom it may concern
good job guys
cheers mate
thanks love
ta duck
ok boss
yes sir
thank you dear
hey buddy
hi there handsome robot
user experience of {version} is poor
user manual please
username taken, says the app
my handle is taken
profile picture upside down
nickname must have {small} letters, why
display name too long
channel not found
host offline
the seller is nice
the buyer paid
player of the week
the moderator was fair
""")

PARTS_OF_SPEECH: dict[str, tuple[str, ...]] = {
    name: tuple(part.strip() for part in parts.split("|"))
    for name, parts in {
        "who": "I|I|I|i|we|we|We|my mum|my mother|my dad|my brother|my sister|my parents|my ex|my nan|my son|our daughter|she|he|they|the customer|cust|Customer|caller|the caller|My partner|me and my wife|my husband and I|the client|guest|pt|the tenant|her family|my in-laws|{FIRST}|{FIRST}|{FIRST} {LAST}|Mrs {LAST}|this lady|my flatmate|my boyfriend|my cousin|my carer|the patient",
        "lives": "live in|lives in|living in|am living in|is living in|still live in|now live in|used to live in|moved to|just moved to|have moved to|has moved to|recently moved to|moved back to|am moving to|is moving to|relocated to|am based in|is based in|based in|are based in|come from|comes from|am from|is from|are from|hail from|grew up in|was born in|were born in|retired to|settled in|reside in|resides in|stay in|stays in|am staying with family in|have a house in|own a flat in|rent a room in|bought a house in|have a farm near|run a shop in|runs a pub in|run a salon in|work in|works in|teach in|study in|am at uni in|go to school in|am a nurse in|is a teacher in|am home in|am at home in|sit here in|am stuck at home in|have lived in|have been in {TOWN} and|commute from|drive in from|am originally from|spent my whole life in|raise my kids in|keep bees near",
        "visits": "am flying to|flew to|was in|were in|am visiting|visited|went to|am travelling to|travelled to|am on holiday in|was on holiday in|spent a week in|spent two nights in|landed in|am changing in|changed trains in|had a layover in|missed my flight in|am going to|drove to|took the train to|took the bus to|booked a trip to|booked a hotel in|bought it in|bought them in|got it in|ordered it from your shop in|picked it up in|returned it in|am at a conference in|was at the fair in|had a meeting in|loved|love|hated|am off to|want to go to|wanted to see|lost my bag in|left my phone in|had lunch in|saw it in|ran the marathon in|watched the match in|will be in|stopped in|waited for hours in|transferred in|tried your store in|called your office in|wrote to the branch in|asked the staff in",
        "tail": "and|and|, and|so|but|, but|where|. |. |! |, |; | - |||since May and|for ten years and|, though|now and",
        "fuss": "the app does not work|nobody answers|my parcel is late|there is no signal|the bus never comes|the internet is down|the power is out|I still wait for my refund|the engineer never came|delivery takes a week|you charged me twice|my card was declined|the bill is wrong|the shop is closed|I need an invoice|can you help|what now|is that normal|please advise|who do I call|the driver was rude|I love your coffee|the kettle is great|thank you for everything|best service ever|never again|five stars|it is cold|the heating is broken|the lift is broken|they lost my bag|I want to cancel|how long will it take|the line keeps dropping|no one told me|it was fine|it was lovely|the water is brown|bins were not emptied|the box was empty|the screen is black|the code never came|there is a queue of forty people|I had to pay cash|I am eighty|we have three kids|the dog barks at your van|I got the wrong size|it smells|it leaks|my order has not arrived|where is my money|still no answer|everybody was kind|I'd buy it again|would recommend|the site says out of stock|do you ship here|can I collect it|is there a branch nearby|your rep hung up|the gate was shut|I was told to wait|the form has no field for it|the map is wrong|the timer is off|I can't log in|the meter runs backwards|the tickets never came|somebody else signed for it|I have proof|send someone please|pls fix|wtf|lol|smh|ok thanks|any news",
        "game": "on PSN|on Xbox|on Steam|on your forum|on insta|on TikTok|on Discord|on Twitch|on the board|in the app|in chat|in the lobby|in game|on eBay|on Vinted|on Telegram|on Snapchat|on Reddit|on the marketplace|on the intranet|on your site|on there|on here",
        "called": "is|is called|goes by|was|shows as|appears as|plays as|trades as|posts as|writes as|logs in as|is registered as|signed up as",
        "mine": "my user|my username|my account|my name|my son's account|my handle|my nick|my profile|my tag|the seller|the buyer|the host|that troll|the scammer|my friend|my gaming name|the mod|my login|my old name|the other player|the streamer|my channel",
        "did": "scammed me|banned me|deleted my post|stole my photo|helped me|answered first|posted my address|is a bot|is cheating|never replied|blocked me|sold me a fake|won the draw|has the same problem|can confirm|deserves a medal|keeps spamming|sent me a link|reported me|is my brother",
    }.items()
}
"""What stands for ``<who>`` and the like in a frame; a part may hold slots."""

FRAMES = _lines("""
<who> <lives> {TOWN} <tail> <fuss>
<who> <lives> {TOWN} <tail> <fuss>
<who> <lives> {TOWN} <tail> <fuss>
<who> <lives> {TOWN}
<who> <lives> {TOWN}.
<fuss>, <who> <lives> {TOWN}
<fuss>. <who> <lives> {TOWN} <tail> <fuss>
<who> <lives> {TOWN}, not {TOWN}
<who> <lives> {TOWN} and <visits> {town}
<who> <visits> {town} <tail> <fuss>
<who> <visits> {town} <tail> <fuss>
<who> <visits> {town} <tail> <fuss>
<who> <visits> {town}
<fuss>, <who> <visits> {town}
<who> <visits> {town} and {town}
<who> <visits> {town} last week <tail> <fuss>
<who> <lives> {ROAD} <tail> <fuss>
<who> <lives> {ROAD}
<who> <lives> {HOMES} <tail> <fuss>
<fuss> at {ROAD}
<fuss> at {ADDRESS}
<fuss>. {ADDRESS}
<fuss>. {PERSON}, {ADDRESS}
<fuss>, {ROAD}, {TOWN}
<fuss>|{ROAD}|{TOWN}
<fuss>, {ZIP}
<mine> <called> {NICK} <game>
<mine> <called> {NICK}
<mine> <game> <called> {NICK}
<mine> {NICK} <did>
{NICK} <did>
{NICK} <did> <game>
{NICK} <game> <did>
I am {NICK} <game>
i'm {NICK} <game> <tail> <fuss>
{HANDLE} <did>
<mine> <did>
<mine> <did> <game>
<mine> <called> wrong
someone <game> <did>
<who> wants to know if <fuss>
<who> called, <fuss>
{FIRST} said <fuss>
{FIRST} told me <fuss>
{FIRST} <fuss>
<fuss> {FIRST}
<fuss>, {FIRST}
<fuss>. {PERSON}
<fuss> - {FIRST}
<fuss>|{FIRST}
<fuss> says {FIRST}
the {firstbrand} {thing} and <fuss>
<fuss> with the {firstbrand} {thing}
<fuss> at {brand}
<fuss> ({brand} {model})
<fuss> in {town}
<fuss> at the {town} store
<fuss> since {date}
<fuss> after {small} days
<fuss>, order {CODE}
<fuss>. {CODE}
<fuss>, acct {ACCOUNT}
<fuss>. my number is {PHONE}
<fuss>, {PLATE}
<fuss>, membership {LOYALTY}
<fuss>
<fuss>
<fuss> and <fuss>
""")
