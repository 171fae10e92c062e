"""Redaction by kind: papers, purchases, places, spoken and disguised forms are found; what only looks personal stays."""

from pathlib import Path

import pytest
from presidio_analyzer import Pattern, PatternRecognizer

from hub.privacy.redaction import load_redaction, make_redactor
from hub.privacy.redaction.view import plain_view

ROOT = Path(__file__).resolve().parents[2]
POLICY = load_redaction(ROOT / "privacy" / "redaction.yaml")


class NoNames(PatternRecognizer):
    """Stands in for a recogniser of names, so that the rules are tested and not a model."""

    def __init__(self):
        super().__init__("PERSON", patterns=[Pattern("none", "(?!)", 1.0)], name="no_names")

    def analyze_batch(self, texts):
        return [[] for _ in texts]


REDACTOR = make_redactor(POLICY, names=NoNames())


def redact(text: str) -> str:
    return REDACTOR.redact([text], languages=["en"], known=[()])[0].text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my membership is, um, {} i think", "LOYALTY_NUMBER:triple two nine oh one"),
        ("the reference i've got here is {} does that help", "ORDER_NUMBER:bravo seven seven one four"),
        ("my national insurance is {}", "NATIONAL_ID:q q one two three four five six c"),
        ("parking fine PCN {} again", "ORDER_NUMBER:LB2209114A"),
        ("a fine for my car {} in Porto", "LICENCE_PLATE:47-XB-19"),
        ("Reset link for {}: please", "HANDLE:dj_mossy"),
        ("residing at {}, hereby", "STREET_ADDRESS:The Old Forge, Nettlecombe, DT6 3SS"),
        ("send it to {}", "STREET_ADDRESS:412 Koivukuja Apt. 9"),
        ("my passport number is {}, ok?", "PASSPORT:K7734512"),
        ("driving licence no. {} was refused", "DRIVER_LICENCE:JONES812095WJ9KX"),
        ("a fine for {} at the airport", "LICENCE_PLATE:KT19 OMR"),
        ("registration: {} (hired)", "LICENCE_PLATE:GH-511-VB"),
        ("send it to {} please", "CRYPTO:0x52908400098527886E0F7030069857D2E4169EE7"),
        ("my dni {} is right", "NATIONAL_ID:12345678Z"),
        ("it shows {} as my tax code", "NATIONAL_ID:BNCLSN80A41F205Y"),
        ("membership number {} has run out", "LOYALTY_NUMBER:GX-20-118834"),
        ("order {} never came", "ORDER_NUMBER:884-20117"),
        ("parcel {} is lost", "ORDER_NUMBER:1Z999AA10123456784"),
        ("booking ref {}, two adults", "ORDER_NUMBER:QWKPLM"),
        ("the old account is closed, account no. {} is new", "ACCOUNT_NUMBER:20 118 334"),
        ("telegram {} is faster", "HANDLE:kim_w.22"),
        ("on reddit I am {} there", "HANDLE:u/slow_turtle"),
        ("you can reach him on {} at night", "PHONE_NUMBER:oh seven seven double oh nine double oh one two three"),
        ("mail {} for it", "EMAIL_ADDRESS:lee dot park at example dot com"),
        ("mail {} for it", "EMAIL_ADDRESS:lee(at)example(punkt)de"),
        ("born on the {} in a village", "DATE_OF_BIRTH:ninth of March nineteen fifty-four"),
        ("Her date of birth is wrong in your file, it should be {}.", "DATE_OF_BIRTH:17/09/1985"),
        ("it goes to {} as before", "STREET_ADDRESS:Flat 2, 31 Cavendish Road, Leeds LS6 4AB"),
        ("it goes to {}!", "STREET_ADDRESS:Lindenstraße 12, 50674 Köln"),
        ("we are at {} now", "STREET_ADDRESS:forty two willow crescent"),
        ("bring it to {}.", "STREET_ADDRESS:14 Fenwick Road\n   Flat 3\n   Hebden Moor\n   Ireland 10442"),
        ("> he wrote\n> {}\n> thanks", "STREET_ADDRESS:14 Fenwick Road\n> Hebden Moor\n> Ireland"),
        ("Ship to {}.", "STREET_ADDRESS:305 1420 Larch Street, Guelph"),
        ("I live at {}.", "STREET_ADDRESS:Kadaka 37, Sindi"),
        ("he is at {} till May", "STREET_ADDRESS:PSC 1290, Box 877\nAPO AE 09421"),
        ("he waits at {} with it", "STREET_ADDRESS:the corner of Larch Street and Old Mill Lane"),
        ("the flat {} is mine", "STREET_ADDRESS:Petőfi Sándor utca 12"),
        ("put it to {}. You know it.", "STREET_ADDRESS:Calle Mayor 22, 3º izq., 28013 Madrid"),
        ("I gave it to your cashier ({}), who knows", "PERSON:Oluchi"),
        ("our flatmate {} signed for it", "PERSON:Bronagh"),
        ("Next of kin: {}\nbed 4", "PERSON:Pilvi Oras"),
        ("Assigned to: {}\nsince 9 am", "PERSON:Ruark"),
        ("it is broken again. ({})", "PERSON:Ottilie Brandvold"),
        ("You made our day. The {}", "PERSON:Ketteringhams"),
        ("i'm bayani, {}", "LOCATION:iligan city"),
        ("I live in {} now", "LOCATION:Quezon City"),
        ("★★ Broke on day two. - Ruta K., {}", "LOCATION:Kaunas"),
        ("our neighbour is {} and fasts", "NRP:Hindu"),
        ("it went to the wrong house, we are at {} and wait", "STREET_ADDRESS:14b"),
        ("his address is {}.", "STREET_ADDRESS:9 Heol y Felin"),
        ("pls unlock {}, it is urgent", "HANDLE:m.tavares-dunn"),
        ("it is broken, please help.\n\n{}", "PERSON:Thandeka Mbeki-Roos"),
        ("it works now\n-- \n{}\n", "PERSON:Wolfram"),
        ("> it works\n> /{}", "PERSON:Ulla"),
        ("letter from Mr {} re: access", "PERSON:A. J. Featherstonehaugh"),
        ("Estate of {}\n\nWe wait.", "PERSON:I. Papadimitriou"),
        ("she said her name was {}, she would ring", "PERSON:precious"),
        ("it's my mother missus {}.", "PERSON:gertrude lamb"),
        ("you lost my order again, it's {}", "ORDER_NUMBER:8841023"),
        ("agent: the postcode please\nvisitor: {}", "ZIP_CODE:le3 9qp"),
        ("can you check {} for me", "ORDER_NUMBER:#100482"),
        ("two orders, {}, never came", "ORDER_NUMBER:551920"),
        ("tracking says {} is here", "ORDER_NUMBER:JD0002238811209"),
        ("policy {} ends", "ACCOUNT_NUMBER:HH 22 881 003"),
        ("badge {} was rude", "ACCOUNT_NUMBER:B-2291"),
        ("find me as {} on insta", "HANDLE:lena.paints"),
        ("skype {} is best", "HANDLE:live:tomasz.k2"),
        ("my home town {} is far", "LOCATION:Varna"),
        ("I was born in {} there", "DATE_OF_BIRTH:March 1985"),
        ("send it to work: {}", "STREET_ADDRESS:3rd floor, 88 Old Tannery Row, Leeds LS1 4DY"),
        ("We come from {}, we need a school", "LOCATION:Mariupol"),
        ("Sgt. {} has it", "PERSON:Dubois"),
        ("Driver: {}  Load: 22 pallets", "PERSON:Iolo Prytherch"),
        ("<div>Best,<br>{}<br>0 pages</div>", "PERSON:Zainab Al-Rashid"),
        ("Meter {} is new", "ACCOUNT_NUMBER:21E5540917"),
        ("Desk: {} or so", "PHONE_NUMBER:463-555-0138x036"),
        ("I live in {} and wait", "LOCATION:Tralee"),
        ("see {} for the case", "URL:https://www.example.com/orders/88123/status"),
        ("look at {} now", "URL:https://t.co/zNUu1VJn9r"),
        ("the mail came from {} they say", "IP_ADDRESS:203[.]0[.]113[.]9"),
        ("we logged in from {} at night", "IP_ADDRESS:11.2.0.4"),
        ("it came from {} at night", "IP_ADDRESS:81.2.69.144"),
        ("client_ip={} since noon", "IP_ADDRESS:5.9.12.30"),
        ("after the update: Failed password for root from {} port 22 ssh2", "IP_ADDRESS:5.9.12.30"),
        ("updated by [{}] yes", "IP_ADDRESS:5.9.12.30"),
        ("{} - - [10/Oct/2024:13:55:36] GET", "IP_ADDRESS:5.9.12.30"),
        ("Ring {} please", "PHONE_NUMBER:0171\u2011234\u20115678"),
        ("As a {} I do not eat it", "NRP:Muslim"),
        ("I am {} and it had meat in it", "NRP:Orthodox Jewish"),
        ("new one: {}. Thanks", "STREET_ADDRESS:Flat No 302, Sai Residency, MG Road, Kothrud, Pune - 411038"),
        ("my adress is {} ok", "STREET_ADDRESS:12/4, 3rd Cross, 2nd Main, Indiranagar, Bengaluru 560038"),
        ("please bring it to {}, it waits", "STREET_ADDRESS:Plot 22B, Block D, Ikoyi, Lagos State"),
        ("{} is where I live", "STREET_ADDRESS:Block 3, #05-112 Toa Payoh Lorong 1, Singapore 310003"),
        ("it's {} now", "STREET_ADDRESS:3-14-5 Nishi-Azabu, Minato-ku, Tokyo 106-0031"),
        ("{} (new)", "STREET_ADDRESS:Carrera 7 No. 71-21, Torre B, Oficina 1104, Bogotá"),
        ("{}!", "STREET_ADDRESS:Rua do Carmo 45, 2º dto, 1200-093 Lisboa"),
        ("to {} please", "STREET_ADDRESS:12b station parade london e8 1aa"),
        ("to {} please", "STREET_ADDRESS:4417 n larch ave apt 2r chicago il 60641"),
        ("agent: and the house number?\nvisitor: {}", "STREET_ADDRESS:twenty two"),
        ("uh my zip's {} thanks", "ZIP_CODE:six oh six one four"),
        ("I am in {}, where I live, and it is far", "LOCATION:Tralee"),
        ("born {} in Pécs", "DATE_OF_BIRTH:1984. 06. 12"),
        ("agent: date of birth?\nvisitor: {}.", "DATE_OF_BIRTH:twenty second of the eighth, seventy nine"),
        ("i turned 18 on {} so", "DATE_OF_BIRTH:5 jan 2007"),
        ("Her Medicare number is {} now", "NATIONAL_ID:1EG4-TE5-MK73"),
        ("the VIN is {} by the way", "NATIONAL_ID:1HGCM82633A004352"),
        ("passport no. {} has run out", "PASSPORT:K 4421809"),
        ("a taxi with {} took it", "LICENCE_PLATE:KA 05 MJ 4411"),
        ("claim {}, a burst pipe", "ORDER_NUMBER:CLM.55.0091"),
        ("customer ref {} - declined", "ORDER_NUMBER:cus_Nf8x2LQp7Zt"),
        ("ord no {} please", "ORDER_NUMBER:five five one dash nine nine two"),
        ("her pin as {} before i could stop her", "PASSWORD:2 2 9 1"),
        ("exp 09/27 cvv {} - declined", "CREDIT_CARD:737"),
        ("ph {}, the front desk", "PHONE_NUMBER:555-0147 ext 22"),
        ("on discord I am {} too", "HANDLE:snorlaxfan#0042"),
        ("mail {} or nothing", "EMAIL_ADDRESS:h.okafor@\nexample.com"),
        ("Guest {} reports a leak", "PERSON:Al-Mutairi, Khalid"),
        ("a transfer tnv {} please", "PERSON:Anneke van 't Hoff"),
        ("my nmae is {}, i wait", "PERSON:Jonh Fitzgerlad"),
        ("I'm a carpenter from {} and I wait", "LOCATION:Skopje"),
        ("hello from rainy {}, it is late", "LOCATION:Bergen"),
        ("Been in {} all my life", "LOCATION:Gdynia"),
        ("he has moved back to {}, so stop", "LOCATION:Lomé"),
        ("We relocated from {} last year", "LOCATION:Vilnius"),
        ("We own a small bakery in {} here", "LOCATION:Ystad"),
        ("my brother in {} gets it too", "LOCATION:Porto"),
        ("{} lass born and bred", "LOCATION:Leeds"),
        ("for: Ilse, 41, {}, no pets", "LOCATION:Graz"),
        ("Location: {}\nDevice: phone", "LOCATION:Riga, Latvia"),
        ("our cottage past {} has none", "LOCATION:Tralee"),
        ("Ilse from {}: it is broken", "LOCATION:Ulm"),
        ("it went to {} again", "STREET_ADDRESS:unit 4 brook ind est, colchester co2 8jx"),
        ("it is for {} NO PAPER", "STREET_ADDRESS:THE OLD MILL CHURCH LANE ASHWELL SG7 5NF"),
        ("send it to {}", "STREET_ADDRESS:61 stapleton rd bristol"),
        ("go to {} please", "STREET_ADDRESS:3eme etage 18 rue Oberkampf"),
        ("ship: {}", "STREET_ADDRESS:1127 Bayou Rd / Houma LA 70360"),
        ("it's {}!", "STREET_ADDRESS:74 Rue de Rivoli, escalier B, 75004"),
        ("C: {}\nA: ok", "STREET_ADDRESS:Eleven Pottery Row"),
        ("A: the first line of your address?\nC: {}.", "STREET_ADDRESS:nine abbey mount"),
        ("I live on {}, number two", "STREET_ADDRESS:Cardigan Lane"),
        ("i moved from {} in may", "STREET_ADDRESS:5 beech walk"),
        ("mum lives at number {} and waits", "STREET_ADDRESS:9"),
        ("3rd floor left, code {}# then", "STREET_ADDRESS:1947"),
        ("second door, code {} then", "STREET_ADDRESS:A4419"),
        ("to {} please", "STREET_ADDRESS:apt 14f 250 w 78th st nyc 10024"),
        ("the postcode is {}", "ZIP_CODE:b for bravo, t for tango, seven, one, two, j, n"),
        ("user {} is locked out", "HANDLE:tkowalski2"),
        ("PSN {}, banned for nothing", "HANDLE:SleepyOtter"),
        ("tiktok: {} | more", "HANDLE:lunabakesdaily"),
        ("GamerTag: {}, banned", "HANDLE:Nutty Professor 9"),
        ("logged in as {} but it is empty", "HANDLE:mvanderberg"),
        ("text {} (those are zeros)", "PHONE_NUMBER:o7700 9OO 442"),
        ("case {} again", "ORDER_NUMBER:BW/C/220981"),
        ("gave me {} and left", "ORDER_NUMBER:HO/220417/K"),
        ("quote {}, change it", "ORDER_NUMBER:Q-2207/B"),
        ("job no {}, nobody came", "ORDER_NUMBER:44190"),
        ("the docket says {}, signed", "ORDER_NUMBER:WB 3391 20"),
        ("Reference {}: it is here", "ORDER_NUMBER:TT3341 / 08"),
        ("paid with code {} today", "ORDER_NUMBER:SGH7K2L9QP"),
        ("My reference with you is {}", "ORDER_NUMBER:NHL 220 418"),
        ("Locker code {} does not open", "ORDER_NUMBER:771 204"),
        ("rx {}, again", "ORDER_NUMBER:7719204-01"),
        ("my ac no {} ok", "ACCOUNT_NUMBER:4410 2231"),
        ("smart meter serial {}, new", "ACCOUNT_NUMBER:21E50098114"),
        ("account {}, mine", "ACCOUNT_NUMBER:A-3F77 2091"),
        ("membership of my flatmate ({}) ends", "LOYALTY_NUMBER:GM 004417"),
        ("I am Platinum {} and wait", "LOYALTY_NUMBER:88104476"),
        ("UPN {}, class 3M", "NATIONAL_ID:H801200001001"),
        ("my pass no. {} is new", "PASSPORT:P4366918"),
        ("my passport, {}, expires", "PASSPORT:5500 12345"),
        ("passport {} scanned", "PASSPORT:AA 0 44 18 72"),
        ("The car is grey, {}, two charges", "LICENCE_PLATE:2AB 4471"),
        ("I paid the car park for {} at nine", "LICENCE_PLATE:wp19 ufo"),
        ("age 67, {}, retired", "DATE_OF_BIRTH:14th July 57"),
        ("the name on the bell is {}, second floor", "PERSON:Traverso"),
        ("third floor, buzzer {}, thanks", "PERSON:McAllister"),
        ("Ask {} in parts, he knows", "PERSON:Rusty"),
        ("Only {} at the returns desk smiles", "PERSON:Hortense"),
        ("Forum moderator {} deleted it", "PERSON:Ironwill"),
        ("old flat {} on the same road", "STREET_ADDRESS:blk 55 #03-12"),
        ("send it to {}, please", "STREET_ADDRESS:H.No. 12-4-88/A, Gandhi Nagar, near Hanuman temple, Warangal"),
        ("it is at {} now", "STREET_ADDRESS:Saifee Mahal, 4th flr, Bhendi Bazaar, Mumbai 400003"),
        ("no answer at {}!", "STREET_ADDRESS:Apt 51, Stella Maris, Triq ix-Xatt, Sliema"),
        ("they left it at {} again", "STREET_ADDRESS:Hollis Hall rm 311"),
        ("in front of {} and went off", "STREET_ADDRESS:ul. Prosta 18 m. 4"),
        ("for the bookbinder, {}, thanks", "STREET_ADDRESS:Kerlaz, route de la Plage"),
        ("i typed it, {}. twice", "STREET_ADDRESS:ty newydd, llanfrothen, ll48 6xx"),
        ("is he still at {}?", "STREET_ADDRESS:ninety one moss bank"),
        ("they came to {} but not to us", "STREET_ADDRESS:the old schoolhouse, tarves"),
        ("it says {} on the bell", "STREET_ADDRESS:Afrosiyob street 12, entrance 3, floor 4"),
        ("left with her at No {} again", "STREET_ADDRESS:40"),
        ("we moved out of {} in May", "STREET_ADDRESS:Studio 14b"),
        ("the meter of {} is wrong", "STREET_ADDRESS:Erf 2231 Khomasdal"),
        ("mail goes to {} as ever", "STREET_ADDRESS:RR 2 Box 118"),
        ("the bell of {} is dead", "STREET_ADDRESS:12 Triq San Pawl"),
        ("we are {}, not 15", "STREET_ADDRESS:Lange Nieuwstraat 14-bis"),
        ("it is {} here", "ZIP_CODE:H91 E2K3"),
        ("its Bru from {}, burst pipe", "LOCATION:Benoni"),
        ("Good evening from {}, it rains", "LOCATION:Tórshavn"),
        ("drove over my dahlias in {} today", "LOCATION:Trim"),
        ("Ours is the yellow one after the bakery in {}, with a gate", "LOCATION:Otley"),
        ("it was shipped to {} but I am not there", "LOCATION:Boise"),
        ("my mum's address was {}, now nobody knows", "LOCATION:Grozny"),
        ("It leaks again. Ana Tamayo, {}.", "LOCATION:Iloilo"),
        ("originally from {}, now here", "LOCATION:Split"),
        ("someone has put my booking ({}) on a page", "ORDER_NUMBER:QZ7H4P"),
        ("consignment {} is late", "ORDER_NUMBER:MA/0417/VET"),
        ("order number is written on the slip as {} and nowhere else", "ORDER_NUMBER:2025/WK11/0073"),
        ("did you get the tins, ordered in May, {}?", "ORDER_NUMBER:TIN-3381"),
        ("bag tag {} is still there", "ORDER_NUMBER:0074 KL 559120"),
        ("your code {} opens nothing", "ORDER_NUMBER:BI.7731.P"),
        ("claim number's {} as ever", "ORDER_NUMBER:CL 55 02 119"),
        ("she has FF card {} in her bag", "LOYALTY_NUMBER:FI 118 244 907"),
        ("silver member since 2019, no. {} it says", "LOYALTY_NUMBER:LH 9922 0417 7719"),
        ("reg {} got a ticket", "LICENCE_PLATE:KBZ 412T"),
        ("the truck, {}, cut me off", "LICENCE_PLATE:DJ 19 LK GP"),
        ("car is {} and stands there", "LICENCE_PLATE:34 OO 512"),
        ("the plate ended in {}, i think", "LICENCE_PLATE:k x z"),
        ("his licence {} is at home", "DRIVER_LICENCE:N01-12-123456"),
        ("driving licence is {}", "DRIVER_LICENCE:m o r g a six five seven oh five four"),
        ("on {} I was born", "DATE_OF_BIRTH:17 March 1961"),
        ("bday {} as you know", "DATE_OF_BIRTH:12/4"),
        ('faith (you wrote "{}") is not yours to keep', "NRP:Baha'i"),
        ("write to {} instead", "EMAIL_ADDRESS:tariq_AT_example_DOT_pk"),
        ("write to {} instead", "EMAIL_ADDRESS:zuzka . h [at] example [dot] sk"),
        ("{} locked out again", "HANDLE:pkowalczyk2"),
        ("my roblox is {} and it is gone", "HANDLE:icecreamtractor"),
        ("My gamertag got banned as an offensive name of somebody. It's {} there", "HANDLE:Silent_Otter"),
        ("I go by {} there", "HANDLE:quiet.kettle"),
        ("ID needed matching {} at the shop", "PERSON:A. Q. Rahimi"),
        ("moved it all in the name of {} at once", "PERSON:P LOVEDAY"),
        ("leave it with the porter, {}, until six", "PERSON:Amadou"),
    ],
)
def test_each_kind_is_found_whole_and_nothing_beside_it(text, kind):
    entity, _, value = kind.partition(":")
    assert redact(text.format(value)) == text.format(f"<{entity}_1>")


@pytest.mark.parametrize(
    "text",
    [
        "Our flight from Amsterdam to Nairobi was fine, the one to Kisumu was not.",
        "Is the Oslo bed frame sold in Madrid? SKU 7712-OLV-M, model AX3000, version 10.0.0.1.",
        "The order of 28 February was for 3 bags, the order of May for 2.",
        "Flight AT482 to Rome, gate B12, seat 14C, 21:40, 12 August 2024.",
        "Call 0800 123 4567 or write to support@example.com, see https://www.example.com/help.",
        "@ParkSafeUK and @BigBank_Help do not answer.",
        "It cost 1,299.00, I paid 3 x 433 on 01/06, 01/07 and 01/08/2024.",
        "My password is too short and the account ends with 4821.",
        "Regulation EC 261/2004, ISO-27001, serial SN-4410-A2-99183, error 0x80070057.",
        "I was on the road for 2 weeks, 9 out of 10, meet me at nine, dot on nine.",
        "The Muslim food stall next to the church was great.",
        "Customer since 12/03/1998, contract of 2 May 1999.",
        "During 2020 and in spring 2021 Ordering 2 cost less, moved to Berlin 2 years ago.",
        "When: 12.03.1998 14:05, the machine stopped.",
        "The wall is painted in colour #100482, 3 of 5 orders came on time, see you on Facebook.",
        "The invoice is wrong again, please send another.\nAccounting",
        "I take plan B. Nothing else. The rest is fine.\n\nSent from my iPhone",
        "The driver called. His name was not on the badge.\n\nThank You",
        "Meeting Room 3, Level 2, Building B, Page 12, Table 3, Gate B12, Terminal 5, Heathrow.",
        "Delivered to Lagos, 4 days late. Sent to Dubai, 200 units. Model 4402, Batch 12, Vietnam 2024.",
        "iPhone 13, 128 GB, Midnight. Bus 23, Line 4, Zone 2. Monday 12, Tuesday 13, Wednesday 14 are full.",
        "Tried 192.168.1.1 and 127.0.0.1. Customer Service and the Guest WiFi of the Member Portal are down.",
        "The dashboard is blank since it went from 11.2.0.4 to 12.1.0.2. Patched in 4.2.0.1?",
        "Reset config.timeout, enable example.com and disable app_config. It broke. The end.",
        "We are at 4.30, my view is conservative.",
        "yo, my name is on it, the order 12.50, the pin is wrong, 2 hours late to a2 3st.",
        "I'm a fan of the Oslo chair, we drove from Lyon to Turin, the parcel from Leeds never came.",
        "There was one good way, two more place mats, a walk to the hill.",
        "What is the address? Why do you need it? Where do you live, he asked.",
        "Error code 404 and code 1947, the gate code is broken, 3 of 5.",
        "The user guide2 and the manual fail. Instagram: terrible, TikTok: brilliant. Xbox GamePass is off.",
        "I am logged in as admin, proxy_pass fails, delete_user is gone.",
        "The estimate is 4500, the quote was 1200, the job took 3 hours, application form 7.",
        "Promo code SUMMER2024 and model KB4M2X9QL1 are out. O2 has 5G.",
        "Gold is up 4 percent, the platinum ring costs 1200, my pass is lost.",
        "WD40 can help, the car was fine, 10 min ago, the rx is late.",
        "For those aged 3 to 5, at level 67, on 14 July.",
        "Transferred to billing. Nobody at reception. Waiting at the counter. Swap at the checkout.",
        "The name on the box is wrong, the buzzer is broken.",
        "I'm in London until Friday",
        "my sister in Leeds next week, then home",
        "Starts on (02.02.2024) or later?",
        "Request id 7f3c9b1e-2d44-4a6b-9d13-0c7f5a1e88b0 returned 429",
        "Mr Muscle and Mrs Meyer's spray on marble",
        "Dr. Martens in oxblood, when's the restock",
        "Aunt Bessie's potatoes",
        "number 3 in the charts, at number 2 in the queue",
        "my discord is disgusting",
        "the U.S. Army and the U.K. Border",
    ],
)
def test_what_only_looks_personal_stays(text):
    assert redact(text) == text


def test_who_stands_before_a_telephone_number_needs_no_capital():
    assert redact("u charged me twice. skye 0491 571 266") == "u charged me twice. <PERSON_1> <PHONE_NUMBER_1>"
    assert redact("u charged me twice. tel 0491 571 266") == "u charged me twice. tel <PHONE_NUMBER_1>"


def test_of_two_accounts_that_become_one_both_are_found():
    assert redact("merge acct 20118334 into 20118335") == "merge acct <ACCOUNT_NUMBER_1> into <ACCOUNT_NUMBER_2>"


def test_the_code_of_a_card_needs_no_name_behind_the_card():
    assert redact("card 5200 8282 8282 8210 11/27 419 take it") == "card <CREDIT_CARD_1> 11/27 <CREDIT_CARD_2> take it"


def test_who_is_named_once_is_found_wherever_the_name_stands_again():
    assert redact("Signed for by someone called Blaze. No Blaze lives here; a blaze it was.") == (
        "Signed for by someone called <PERSON_1>. No <PERSON_1> lives here; a blaze it was."
    )
    assert redact("No Blaze lives here.") == "No Blaze lives here."


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Ga&euml;lle &amp; Zo&#235;", "Gaëlle &amp; Zoë"),
        ("a%20b%40example.com", "a b@example.com"),
        ("М\u0430ria", "Maria"),
        ("Мария", "Мария"),
        ("&lt;b&gt; 5 &foo; 100% of", "&lt;b&gt; 5 &foo; 100% of"),
        ("\U0001d4d4\U0001d4f5\U0001d4ee\U0001d4f7\U0001d4ea", "Elena"),
        ("ma\u200bria", "maria"),
    ],
)
def test_a_text_is_read_as_it_looks(text, seen):
    assert plain_view(text).text == seen


@pytest.mark.parametrize(
    "mail", ["jo&#110;as&commat;example&period;org", "jo\u200bnas@example.org", "jon\u0430s%40example.org"]
)
def test_a_disguise_is_removed_with_what_it_hides(mail):
    assert redact(f"it is {mail} now") == "it is <EMAIL_ADDRESS_1> now"


def test_context_words_of_a_plugins_recogniser_make_it_surer():
    badge = PatternRecognizer("BADGE", patterns=[Pattern("badge", r"\b\d{4}\b", 0.1)], context=["badge"])
    redactor = make_redactor(POLICY, recognisers=[badge], names=NoNames())
    texts = ["my badge says 4471", "it cost 4471"]
    results = redactor.redact(texts, languages=["en", "en"], known=[(), ()])
    assert [result.text for result in results] == ["my badge says <BADGE_1>", "it cost 4471"]


def test_a_stock_recogniser_can_be_in_charge_of_names():
    names = PatternRecognizer("PERSON", deny_list=["Zaphod"], name="stock")
    redactor = make_redactor(POLICY, names=names)
    assert redactor.redact(["zap Zaphod here"], languages=["en"], known=[()])[0].text == "zap <PERSON_1> here"
    assert "stock/" in redactor.engine


def test_telephone_numbers_are_read_where_they_stand():
    """Whatever stands between, and no half of a serial number."""
    text = "It is 98765432 that is lost. " + "Nobody has told me why. " * 9 + "Anna,01712345678,Berlin"
    assert "01712345678" not in redact(text)
    assert (
        redact("my SNX4915123456789 xxxxxxxxxxx 0171 2345678 ok")
        == "my SNX4915123456789 xxxxxxxxxxx <PHONE_NUMBER_1> ok"
    )
