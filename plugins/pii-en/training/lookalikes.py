"""What is named like a person and is none: shops, products, songs, dishes, sights, words of other languages.

Written by hand from general knowledge. The tagger meets each in sentences that only such a thing can stand in (``wordings.py``),
while people of the same names go on standing in sentences about people.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.replace("\n", "|").split("|") if one.strip())


SHOPS = _listed("""
Laura Ashley|Ted Baker|Paul Smith|Harvey Nichols|Robert Dyas|Edward Jones|Charles Schwab|Merrill Lynch|Morgan Stanley|Goldman Sachs|JP Morgan|Wells Fargo
John Lewis|Marks & Spencer|Fortnum & Mason|Peter Jones|Austin Reed|Charles Tyrwhitt|Thomas Pink|Karen Millen|Jane Norman|Dorothy Perkins|Miss Selfridge
Jack Wills|Fred Perry|Ben Sherman|Tommy Hilfiger|Calvin Klein|Ralph Lauren|Hugo Boss|Michael Kors|Kate Spade|Tory Burch|Vera Bradley|Vera Wang|Marc Jacobs
Stella McCartney|Vivienne Westwood|Alexander McQueen|Louis Vuitton|Christian Dior|Yves Rocher|Yves Saint Laurent|Jimmy Choo|Manolo Blahnik|Steve Madden
Kurt Geiger|Russell & Bromley|Clarks|Dune|Aldo|Lacoste|Gerry Weber|Tom Tailor|Jack Wolfskin|Helly Hansen|Eddie Bauer|Anne Klein|Liz Claiborne|Ann Taylor
Abercrombie & Fitch|Brooks Brothers|J. Crew|L.L.Bean|Bath & Body Works|Bed Bath & Beyond|Barnes & Noble|Dick's Sporting Goods|Joe & the Juice|Jo Malone
Bobbi Brown|Charlotte Tilbury|Elizabeth Arden|Estée Lauder|Helena Rubinstein|Max Factor|Mary Kay|Sally Hansen|Paul Mitchell|John Frieda|Trevor Sorbie|Toni & Guy
Vidal Sassoon|Tony Moly|Bobby Brown|Burt's Bees|Dr Hauschka|Dr Scholl|Dr Oetker|Dr Martens|Dr. Martens|Mr Muscle|Mr Clean|Mr Sheen|Mrs Meyer's|Mr Kipling|Mr Porky|Mr Whippy
Ben & Jerry's|Wendy's|Denny's|Arby's|Hardee's|Carl's Jr|Papa John's|Domino's|Jimmy John's|Jersey Mike's|Trader Joe's|Chili's|Applebee's|Friendly's|Zaxby's|Popeyes
Nando's|Prezzo|Carluccio's|Giraffe|Harvester|Toby Carvery|Frankie & Benny's|Bella Italia|Ed's Diner|Tim Hortons|Peet's|Dunkin|Bill's|Leon|Paul|Patisserie Valerie|Betty's
Harry Ramsden's|Harry's|Jamie's Italian|Gordon Ramsay Burger|Wolfgang Puck|Nathan's|Katz's|Junior's|Levi's|Lee|Wrangler|Diesel|Jack & Jones|Tom Ford|Oscar de la Renta
Jack Daniel's|Jim Beam|Johnnie Walker|Captain Morgan|Sam Adams|Samuel Smith|Fuller's|Shepherd Neame|Adnams|Theakston|Gordon's|Beefeater|Hendrick's|Pimm's|Dom Pérignon
Veuve Clicquot|Moët|Bollinger|Jameson|Powers|Paddy|Tullamore|Jose Cuervo|Remy Martin|Hennessy|Martini|Bacardi|Baileys|Kahlua|Peroni|Stella Artois|Amstel|Carlsberg
Dr Pepper|Canada Dry|Schweppes|Robinsons|Ribena|Ella's Kitchen|Annie's|Amy's Kitchen|Newman's Own|Paul Newman|Linda McCartney sausages|Quorn|Birds Eye|Aunt Bessie's
Uncle Ben's|Aunt Jemima|Betty Crocker|Sara Lee|Little Debbie|Duncan Hines|Chef Boyardee|Orville Redenbacher|Famous Amos|Mrs Fields|Marie Callender's|Jimmy Dean
Oscar Mayer|Hormel|Campbell's|Heinz|Hellmann's|French's|Colman's|Lea & Perrins|Branston|Bisto|Kellogg's|Kraft|Nestlé|Cadbury|Fry's|Rowntree's|Terry's|Thorntons|Ferrero
Lindt|Hershey's|Reese's|Mars|Wrigley's|Werther's|Haribo|Bassett's|Fisher-Price|Mattel|Hasbro|Hornby|Schleich|Steiff|Barbie|Ken|Thomas the Tank Engine|Peppa Pig|Bluey
Johnson's|Johnson & Johnson|Procter & Gamble|S.C. Johnson|Gillette|Wilkinson Sword|Harry's razors|Colgate|Oral-B|Braun|Philips|Siemens|Bosch|Miele|Dyson|Henry|Hetty|Henry hoover
Hoover|Bissell|Shark|Kenwood|Russell Hobbs|Morphy Richards|De'Longhi|Sage|Smeg|Stanley|Black & Decker|Makita|John Deere|Caterpillar|Massey Ferguson|Harley-Davidson|Harley
Mercedes|Mercedes-Benz|Ford|Lincoln|Chrysler|Dodge|Bentley|Rolls-Royce|Aston Martin|Lotus|Ferrari|Porsche|Lamborghini|Maserati|Alfa Romeo|Citroën|Renault|Peugeot|Opel|Skoda
Tesla|Honda|Toyota|Mazda|Suzuki|Yamaha|Wilson|Wilson tennis|Dunlop|Slazenger|Head|Spalding|Callaway|Titleist|Mizuno|Asics|Brooks|Saucony|Adidas|Puma|Umbro|Lonsdale
Jordan|Air Jordan|Air Jordans|Chuck Taylors|Stan Smiths|Gibson|Les Paul|Fender|Martin|Taylor|Steinway|Marshall|Bose|Harman Kardon|Bowers & Wilkins|Bang & Olufsen|Beats by Dre
Gibson Les Paul|Sennheiser|Garmin|Casio|Tissot|Longines|Patek Philippe|Cartier|Tiffany|Tiffany & Co|H. Samuel|Ernest Jones|Goldsmiths|Warren James|Pandora|Swarovski|Fossil
Sotheby's|Christie's|Bonhams|Lloyds|Barclays|Coutts|Hargreaves Lansdown|Nutmeg|Marcus|Marcus by Goldman|Monzo|Chase|Starling|Revolut|Ally|Schwab|Vanguard|Fidelity|Oscar
Oscar Health|Lemonade|Aviva|Admiral|Churchill|Hastings Direct|Sheilas' Wheels|Marsh|Willis Towers Watson|Ernst & Young|Deloitte|Arthur Andersen|McKinsey|Baker McKenzie|Clifford Chance
Slaughter and May|Allen & Overy|Linklaters|Freshfields|Kirkland & Ellis|Jones Day|Hogan Lovells|Foxtons|Savills|Knight Frank|Hamptons|Connells|William H Brown|Taylor Wimpey
Barratt|Persimmon|Bovis Homes|Bellway|David Wilson Homes|Redrow|Wickes|Travis Perkins|Screwfix|Dunelm|Dreams|Harveys|Oliver Bonas|Anthropologie|Emma Bridgewater|Cath Kidston
Cath Kidston bag|Orla Kiely|Joules|Seasalt|Fat Face|White Stuff|Monsoon|Phase Eight|Hobbs|Reiss|Whistles|Jigsaw|Boden|Mini Boden|Joe Browns|George at Asda|Nigella|Mary Berry
Emma mattress|Simba|Casper|Eve|Silentnight|Leesa|Purple|Tempur|Hypnos|Vispring|Otto|Alexa|Siri|Cortana|Bixby|Claude|Watson|Einstein|Jasper|Gemini|Julius|Rufus|Sonos Ray|Echo Dot
Evernote|Oscar app|Dave app|Dave|Albert|Brigit|Earnin|Klarna|Clearpay|Wise|Pippin|Otter|Calm|Max|Amigo|Stocard|Emily's List|Duolingo|Babbel|Busuu|Roblox|Minecraft|Fortnite
Winnebago|Hymer|Knaus|Swift|Bailey|Elddis|Lotus Shoes|Loake|Church's|Barker|Grenson|Tricker's|Crockett & Jones|Dubarry|Barbour|Berghaus|Hunter|Le Chameau|Moncler|Rab|Jack Black
Waterstones|Foyles|Blackwell's|W H Smith|Hatchards|Daunt|Borders|Powell's|Strand|Sainsbury's|Morrisons|Asda|Booths|Budgens|Spar|Albert Heijn|Albertsons|Kroger|Wegmans|Publix
Fred Meyer|Harris Teeter|Hy-Vee|Meijer|Kohl's|Macy's|Bloomingdale's|Saks|Nordstrom|Neiman Marcus|JCPenney|Sears|Lord & Taylor|Lowe's|Menards|Ace|Leroy Merlin|Hornbach|Müller
Rossmann|Douglas|Peek & Cloppenburg|Karstadt|Fielmann|Specsavers|Vision Express|David Clulow|Warby Parker|Oliver Peoples|Ray-Ban|Oakley|Boots|Lloyds Pharmacy|Superdrug|Walgreens
Duane Reade|Rite Aid|Bartell|Thomas Cook|Jet2|Hays Travel|Kuoni|Trailfinders|Mark Warner|Neilson|Martin Randall|Eddie Stobart|Evri|Hermes|Yodel|Parcelforce|Ryder|Penske|Hertz
Avis|Enterprise|Sixt|Alamo|Dollar|Thrifty|Budget|Hilton|Marriott|Hyatt|Ritz|Claridge's|Brown's|Raffles|Sheraton|Westin|St Regis|Conrad|W Hotels|Kimpton|Malmaison|Jurys Inn
Virgin|Emirates|Etihad|Lauda|Norwegian|Ryanair|Loganair|Condor|Eurowings|Iberia|Delta|Alaska|Aer Lingus|Finnair|Vueling|Volotea|Wizz|Transavia|Pegasus|Flynas|IndiGo|Vistara
""")

THINGS = _listed("""
Billy bookcase|Billy|Kallax|Malm|Hemnes|Poäng|Ektorp|Klippan|Pax wardrobe|Lack table|Stefan chair|Ingolf|Terje|Henriksdal|Docksta|Lisabo|Norden|Ivar|Albert shelf|Mark 2|Mark 3|Mark IV
Mk II|Charlotte sofa|Florence mirror|Siena table|Henry vacuum|James hoover|George vacuum|Victoria sponge|Wendy house|Jack plug|Jerry can|John Doe account|Jane Doe|Joe Bloggs|Tom Thumb lettuce
Lazy Susan|Black Maria|Jack Russell|King Charles spaniel|St Bernard|Great Dane|Alsatian|Teddy bear|Paddington bear|Winnie the Pooh toy|Harry Potter wand|Elsa dress|Anna doll|Olaf plush|Buzz toy
Woody doll|Frozen Elsa cup|Paw Patrol Chase|Marshall pyjamas|Ryder figure|Skye backpack|Spider-Man mask|Luke Skywalker sabre|Yoda lamp|Grogu mug|Lara Croft figure|Mario Kart|Super Mario
Luigi hat|Zelda|Princess Peach|Sonic plush|Pikachu|Max Verstappen cap|Messi shirt|Ronaldo shirt|Beckham jersey|Jordan 1s|Kobe shoes|Curry jersey|LeBrons|Yeezys|Stan Smith trainers
Chelsea boots|Derby shoes|Oxford brogues|Monk straps|Birkin bag|Kelly bag|Neverfull|Speedy bag|Alma bag|Lady Dior|Jackie bag|Mary Janes|Bermuda shorts|Panama hat|Bowler hat|Stetson
Nehru jacket|Eisenhower jacket|Peter Pan collar|Alice band|Fair Isle jumper|Aran jumper|Cardigan|Raglan sleeve|Jacquard throw|Paisley scarf|Damask cloth|Chesterfield sofa|Davenport|Ottoman
Eames chair|Barcelona chair|Windsor chair|Morris chair|Louis XV chair|Chippendale table|Tiffany lamp|Anglepoise|Faraday cage|Geiger counter|Bunsen burner|Petri dish|Newton's cradle|Rubik's cube
Allen key|Phillips screwdriver|Stanley knife|Stillson wrench|Bailey plane|Yale lock|Chubb lock|Mortimer lock|Bobby pin|Davy lamp|Tilley lamp|Zimmer frame|Bailey bridge|Jacob's ladder
Alexa speaker|Siri shortcut|Google Nest|Amazon Echo|Fire Stick|Roku|Kindle Paperwhite|Nook|Kobo Clara|Kobo Libra|Sony Walkman|Nintendo Joy-Con|Steam Deck|PlayStation Portal|Dolby Atmos
Ryzen 5|Lovelace GPU|Ada GPU|Turing card|Tesla Model 3|Tesla Model Y|Model S|Ford Focus|Ford Edsel|Renault Zoe|Renault Clio|Renault Captur|Citroën Xsara Picasso|Opel Adam|Opel Karl|Skoda Fabia
Skoda Octavia|Seat Leon|Nissan Juke|Nissan Leaf|Toyota Corolla|Toyota Celica|Hyundai Kona|Kia Stinger|Honda Jazz|Honda Civic|Mercedes Vito|VW Sharan|VW Caddy|Alfa Giulia|Alfa Romeo Giulietta
Lancia Delta|Fiat Doblo|Mini Cooper|Mini Clubman|Austin Healey|Morgan Plus Four|Vespa Primavera|Royal Enfield|Brompton|Raleigh Chopper|Pashley Princess|Carrera bike|Bianchi|Pinarello|Canyon Grail
Jasmine rice|Earl Grey|Lady Grey|Granny Smith apples|Pink Lady apples|Braeburn|Maris Piper potatoes|King Edward potatoes|Charlotte potatoes|Desiree potatoes|William pears|Conference pears
Victoria plums|Cox's apples|Bramley apples|Clementine juice|Rosemary focaccia|Basil plant|Ginger biscuits|Olive oil|Marie biscuits|Garibaldi biscuits|Bakewell tart|Battenberg|Madeira cake
Eccles cake|Chelsea bun|Sally Lunn|Charlotte Russe|Peach Melba|Pavlova|Crêpe Suzette|Tarte Tatin|Beef Wellington|Beef Stroganoff|Chicken Kiev|Chicken Maryland|General Tso chicken|Kung Pao
Eggs Benedict|Eggs Florentine|Steak Diane|Carpaccio|Fettuccine Alfredo|Caesar salad|Cobb salad|Waldorf salad|Nachos|Caesar wrap|Reuben sandwich|Po' boy|Philly cheesesteak|Sloppy Joe|Monte Cristo
Croque Madame|Croque Monsieur|Margherita|Pizza Margherita|Marinara|Diavola|Béchamel|Mornay sauce|Hollandaise|Frangipane|Bloody Mary|Virgin Mary|Tom Collins|Shirley Temple|Roy Rogers|Arnold Palmer
Harvey Wallbanger|Rob Roy|Bellini|Rossini|Martini|Gibson|Bramble|Negroni|Moscow Mule|Margarita|Long Island|Tequila Sunrise|Pimm's cup|Americano|Kir Royale|Mai Tai|Old Fashioned|White Russian
Black Velvet|Sidecar|Manhattan|Gin Rickey|Dirty Martini|Lillet Rose|Rosé|Riesling|Pinot Grigio|Chardonnay|Merlot|Malbec|Shiraz|Sancerre|Barolo|Chianti|Rioja|Camembert|Cheddar|Stilton|Gruyère
Monterey Jack|Colby|Wensleydale|Caerphilly|Roquefort|Manchego|Halloumi|Gouda|Edam|Emmental|Robiola|Iris bulbs|Lily bouquet|Rose bush|Black-eyed Susan|Sweet William|Busy Lizzie|Aaron's rod|Jasmine
Camellia|Dahlia|Magnolia|Begonia|Fuchsia|Veronica|Forsythia|Buddleia|Wisteria|Leylandii|Heather|Ivy|Poppy|Daisy chain|Violet cream|Hazel tree|Willow tree|Robin nest box|Jay feather|Jack Frost
""")

TITLES = _listed("""
Billie Jean|Roxanne|Jolene|Angie|Layla|Michelle|Eleanor Rigby|Lucy in the Sky|Hey Jude|Julia|Martha My Dear|Lovely Rita|Maggie May|Gloria|Valerie|Delilah|Cecilia|Mrs Robinson|Sweet Caroline
Come On Eileen|Barbara Ann|Peggy Sue|Rhiannon|Rosanna|Carrie Anne|Ruby|Ruby Tuesday|Lola|Maria|Stan|Iris|Alejandro|Fernando|Chiquitita|Waterloo|Nina|Suzanne|Hallelujah|Bobby Brown|Johnny B. Goode
Stacy's Mom|Hey There Delilah|Jenny|Ben|Daniel|Levon|Tiny Dancer|Amanda|Beth|Sherry|Dawn|Diana|Donna|Oh Carol|Sara|Emily|Annie's Song|Jack and Diane|Mack the Knife|Bad Leroy Brown|Tom's Diner
Nikita|Natasha|Rasputin|Amadeus|Rock Me Amadeus|Vincent|Major Tom|Ziggy Stardust|Jean Genie|Lady Marmalade|Eloise|Clair|Alison|Kathleen|Caroline|Isobel|Jessica|Angel|Proud Mary|Mustang Sally
Long Tall Sally|Bonnie & Clyde|Thelma & Louise|Romeo and Juliet|Hamlet|Macbeth|Othello|King Lear|Richard III|Julius Caesar|Emma|Jane Eyre|Rebecca|Lolita|Anna Karenina|Madame Bovary|Oliver Twist
David Copperfield|Nicholas Nickleby|Little Dorrit|Robinson Crusoe|Gulliver|Tom Sawyer|Huckleberry Finn|Moby Dick|Dracula|Frankenstein|Dorian Gray|Sherlock Holmes|Hercule Poirot|Miss Marple|Poirot
Jekyll and Hyde|Peter Pan|Mary Poppins|Matilda|Alice in Wonderland|Pippi|Heidi|Pinocchio|Mulan|Moana|Elsa|Aladdin|Cinderella|Rapunzel|Coraline|Paddington|Shrek|Wallace & Gromit|Bambi|Dumbo|Luca
Harry Potter|Percy Jackson|Bridget Jones|Forrest Gump|Jerry Maguire|Erin Brockovich|Juno|Annie|Annie Hall|Oppenheimer|Barbie|Lincoln|Gandhi|Evita|Chicago|Hamilton|Les Misérables|Miss Saigon|Jesus Christ Superstar
Billy Elliot|Hedwig|Carmen|Tosca|Aida|Don Giovanni|Figaro|Rigoletto|Turandot|Salome|Fidelio|Parsifal|Lohengrin|Tristan|Giselle|Coppélia|Swan Lake|Nutcracker|Frasier|Friends|Columbo|Miss Fisher
Ted Lasso|Fleabag|Killing Eve|Grace and Frankie|Will & Grace|Kath & Kim|Gavin & Stacey|Father Ted|Father Brown|Vera|Shetland|Luther|Endeavour|Inspector Morse|Lewis|Rick and Morty|Bob's Burgers|Better Call Saul
Jack Reacher|Jack Ryan|Bosch|Dexter|Daria|Sabrina|Wednesday|Veronica Mars|Ally McBeal|Ellen|Oprah|Dr Who|Doctor Who|House|Grey's Anatomy|Desperate Housewives|Gilmore Girls|Dawson's Creek|Seinfeld|Cheers
Tom & Jerry|Scooby Doo|Postman Pat|Fireman Sam|Bob the Builder|Noddy|Miffy|Dora|Arthur|Caillou|Franklin|Max & Ruby|Charlie and Lola|Ben and Holly|Hey Duggee|Mr Bean|Mr Tumble|Angelina Ballerina|Madeline
Lady Bird|Carol|Tár|Maestro|Ray|Rocky|Rambo|Creed|Wonka|Joker|Jackie|Spencer|Elvis|Rocketman|Capote|Frida|Pollock|Basquiat|Loving Vincent|Amélie|Leon|Nikita film|Lara|Ida|Aftersun|Emilia Pérez
""")

SIGHTS = _listed("""
Lake Victoria|Lake Louise|Lake Michigan|Lake Geneva|Mount Cook|Mount Everest|Mount St Helens|Ben Nevis|Table Mountain|Victoria Falls|Niagara|Angel Falls|St Helena|St Kitts|St Lucia|San Marino|San Diego
San Francisco|San José|Santa Barbara|Santa Cruz|Santa Monica|Santa Fe|St Louis|St Paul|St Albans|St Andrews|St Ives|St Pancras|St Helier|St Petersburg|Saint Luke's|Saint Mary's|St Mary's|St Thomas'|St James's
St Paul's Cathedral|St George's|St Jude|St Anne's|Prince Edward Island|Port Elizabeth|Port Louis|Port Stanley|King's Cross|Charing Cross|Victoria|Victoria station|Marylebone|Waterloo|Euston|Elizabeth line|Jubilee line
Victoria line|Leicester Square|Nelson's Column|Trafalgar|Madame Tussauds|Kew|Covent Garden|Notting Hill|Hampstead|Richmond|Wimbledon|Stratford|Lincoln|Lancaster|York|Chester|Carlisle|Durham|Preston|Bolton|Burnley
Kingston|Clifton|Clayton|Ashton|Milton Keynes|Melton Mowbray|Bury St Edmunds|Kirkby|Kendal|Skipton|Whitby|Harrogate|Warwick|Kent|Devon|Chelsea|Brooklyn|Madison|Madison Square Garden|Jackson|Jackson Hole|Houston
Dallas|Austin|Phoenix|Savannah|Charlotte|Charleston|Columbus|Cleveland|Denver|Lincoln Center|Washington|Jefferson|Monroe|Raleigh|Orlando|Georgia|Virginia|Carolina|Dakota|Nevada|Montana|Alberta|Regina|Victoria BC
Adelaide|Alice Springs|Darwin|Sydney|Melbourne|Cairns|Wellington|Hamilton|Nelson|Christchurch|Florence|Siena|Verona|Pisa|Lucca|Modena|Parma|Ravenna|Genoa|Milan|Turin|Bari|Sorrento|Amalfi|Capri|Como|Elba
Nice|Cannes|Lyon|Nancy|Tours|Orleans|Lourdes|Santiago|Santiago de Compostela|Valencia|Seville|Córdoba|Mérida|León|Salamanca|Toledo|Paz|La Paz|Sucre|Lima|Cuzco|Medina|Petra|Jordan|Chad|Israel|Kenya|India|China
Holland|Ireland|Scotland|Brittany|Normandy|Lorraine|Alsace|Tyrol|Bavaria|Saxony|Brunswick|Vienna|Odessa|Sofia|Adana|Bodrum|Troy|Hong Kong|Macau|Kuala Lumpur|Jakarta|Bali|Lombok|Manila|Cebu|Davao|Penang|Malacca
Heathrow|Gatwick|Stansted|Luton|Schiphol|Charles de Gaulle|JFK|O'Hare|LaGuardia|John Wayne Airport|Logan|Dulles|Ben Gurion|Indira Gandhi Airport|Pearson|Kingsford Smith|Jomo Kenyatta Airport|Lech Walesa Airport
George Best Airport|John Lennon Airport|Marco Polo Airport|Galileo Galilei|Leonardo da Vinci airport|Oliver Tambo|Franz Josef|Adolfo Suárez|Lester B. Pearson|Ronald Reagan National|Louis Armstrong Airport|Will Rogers
Carnegie Hall|Guggenheim|Tate|Uffizi|Louvre|Prado|Van Gogh museum|Anne Frank House|Rodin museum|Picasso museum|Hagia Sophia|Alhambra|Sistine Chapel|Rialto|Campbell Bay|Hudson|Hudson River|Lake Placid|Murray River
Cook Islands|Marshall Islands|Solomon Islands|Pitcairn|Barbuda|Antigua|Martinique|Dominica|Granada|Grenada|Trinidad|Bermuda|Jersey|Guernsey|Alderney|Sark|Lundy|Iona|Skye|Isla Mujeres|Rhodes|Corfu|Kos|Paros|Crete
""")

SAYINGS = _listed("""
Fahrenheit|Celsius|Kelvin|Kafkaesque|Orwellian|Dickensian|Machiavellian|Freudian slip|Murphy's law|Parkinson's law|Moore's law|Ohm's law|Hobson's choice|Occam's razor|Achilles heel|Pandora's box|Morton's fork
Schrödinger's parcel|Sod's law|Catch-22|Robin Hood|Good Samaritan|Doubting Thomas|Big Brother|Uncle Sam|Mother Nature|Father Christmas|Father Time|Jack of all trades|Plain Jane|Peeping Tom|Nosy Parker
Smart Alec|Average Joe|Joe Public|Tom, Dick and Harry|Bob's your uncle|Keeping up with the Joneses|Gordon Bennett|Jesus Christ|Jesus|Christ almighty|God bless|Lord knows|Holy Mary|Santa|Santa Claus|Cupid
Alzheimer's|Parkinson's|Crohn's|Hodgkin's|Asperger's|Tourette's|Down syndrome|Hashimoto's|Lyme disease|Bell's palsy|Achilles tendon|Adam's apple|Caesarean|Heimlich|Apgar score|Braille|Morse code|Diesel
Python|Ruby on Rails|Django|Jenkins|Jira|Bugzilla|Kafka|Hadoop|Cassandra|Maria DB|Pascal|Ada compiler|Julia package|Haskell|Elm|Perl|Lua|Crystal|Ubuntu Focal|Debian Bookworm|Android Studio|Edge|Safari|Excel
Times New Roman|Georgia font|Garamond|Helvetica|Arial|Calibri|Verdana|Bodoni|Baskerville|Gill Sans|Futura|Victoria Day|Martin Luther King Day|Columbus Day|Guy Fawkes night|Bonfire Night|Saint Patrick's Day
St Andrew's Day|Diwali|Eid|Ramadan|Hanukkah|Easter|Lent|Advent|Carnival|Oktoberfest|Songkran|Holi|Vesak|Nowruz|Passover|Purim|Yule|Halloween|Boxing Day|Whitsun|Epiphany|Ascension|Michaelmas|Candlemas|Lady Day
""")

FOREIGN = _listed("""
Kein Problem|Guten Morgen|Guten Abend|Vielen Dank|Danke schön|Bitte schön|Auf Wiedersehen|Schönen Tag|Alles klar|Na ja|Moin|Servus|Grüezi|Hej|Hej hej|God dag|Tack så mycket|Mange takk|Tusen takk|Kiitos|Hyvää päivää
Kalispera|Kalimera|Efcharistó|Yassas|Merhaba|Teşekkürler|Günaydın|Kolay gelsin|Selam|Shukran|Ahlan|Marhaba|Habibi|Inshallah|Mashallah|Alhamdulillah|Wallah|Yalla|Shalom|Toda|Dziękuję|Dzień dobry|Dobry wieczór
Cześć|Dobrý den|Ahoj|Děkuji|Köszönöm|Jó napot|Szia|Bună ziua|Mulțumesc|Zdravo|Hvala|Dobar dan|Spasibo|Privet|Zdravstvuyte|Dyakuyu|Labas|Ačiū|Sveiki|Paldies|Tere|Aitäh|Hallå|Bom dia|Boa tarde|Boa noite|Obrigada
Obrigado|Não aceito|Por favor|Buenas|Buenas tardes|Buenos días|Buenas noches|Muchas gracias|De nada|Necesito boleta|Hasta luego|Con permiso|Un momento|Bonsoir|Bonne journée|Merci bien|Au secours|Pas de problème
Désolé|Je suis désolée|À bientôt|Enchanté|Buongiorno|Buonasera|Grazie mille|Prego|Arrivederci|Mi dispiace|Che disastro|Mamma mia|Goedemorgen|Goedemiddag|Dank u wel|Alstublieft|Tot ziens|Groetjes|Geen probleem
Arigato|Konnichiwa|Sumimasen|Ohayo|Xiexie|Nihao|Annyeong|Kamsahamnida|Sawasdee|Khop khun|Cảm ơn|Xin chào|Terima kasih|Selamat pagi|Selamat siang|Salamat po|Magandang umaga|Kumusta|Sige po|Dhanyavaad|Namaskar
Shukriya|Vanakkam|Nandri|Sat sri akal|Asante|Habari|Jambo|Karibu|Pole sana|Siyabonga|Sawubona|Dumela|Ke a leboga|Enkosi|Molo|Ekaabo|Ese|Daalu|Nagode|Medaase|Akwaaba|Murakoze|Webale|Zikomo|Ndatenda|Amesegenallo
Selam naw|Mahadsanid|Diolch|Bore da|Iechyd da|Slàinte|Go raibh maith agat|Dia dhuit|Takk fyrir|Góðan dag|Mauruuru|Kia ora|Mahalo|Aloha|Bula vinaka|Fa'afetai|Malo|Talofa|Gracias|Danke|Merci|Grazie|Tack|Takk
""")

TERMS = _listed("""
Aadhaar|PAN|NRIC|DNI|NIE|NIF|CPF|CNPJ|CURP|RFC|CNP|PESEL|REGON|BSN|NINO|NIN|BVN|SSN|ITIN|EIN|TIN|UTR|VAT|EORI|IBAN|BIC|SWIFT|SEPA|IFSC|UPI|BankID|DigiD|MyKad|KTP|NIK|Omang|Ghana Card|iqama|emirates id|EHIC|NHS|CHI
UPN|ULN|UCAS|SASSA|SASSA card|PIS|VIN|MOT|V5C|SORN|DVLA|DMV|HPI|PCN|ULEZ|ESTA|ETA|Schengen|PNR|APIS|AWB|HAWB|HS code|CN22|DDP|DAP|SKU|EAN|ASIN|ISBN|IMEI|ICCID|SIM|eSIM|PUK|MSISDN|APN|VoLTE|RCS|MMS|USSD|IVR|OTP
TAN|PIN|CVV|3DS|AVS|ATM|POS|NFC|RFID|GPS|LTE|DNS|DHCP|VPN|SSH|SFTP|SMTP|IMAP|LDAP|SSO|SAML|OAuth|MFA|API|SDK|CLI|JSON|YAML|XML|CSV|PDF|DOCX|HTML|CSS|SQL|NoSQL|RAM|SSD|HDD|NAS|GPU|CPU|RTX|GTX|OLED|HDMI|USB|VGA|UPS
Grafana|Prometheus|PagerDuty|Datadog|Splunk|Terraform|Ansible|Docker|Kubernetes|Helm|Travis|Argo|Vault|Consul|Nomad|Redis|Postgres|Mongo|Elastic|Kibana|Logstash|Airflow|Spark|Hive|Snowflake|Looker|Tableau|Figma|Miro
Trello|Asana|Notion|Monday|Slack|Teams|Zoom|Webex|Outlook|Gmail|Proton|Dropbox|Box|OneDrive|Okta|Duo|LastPass|Bitwarden|Norton|Avast|McAfee|Kaspersky|Adobe|Acrobat|Photoshop|Canva|Shopify|Magento|Stripe|Adyen|Mollie
Venmo|Zelle|M-Pesa|Paytm|PhonePe|GCash|Alipay|WeChat|Wise|Payoneer|Skrill|Neteller|Bizum|Swish|Vipps|Twint|Blik|Pix|iDEAL|Sofort|Giropay|Bancontact|Klarna|Afterpay|Clearpay|Zip|Affirm|Moderna|Pfizer|Novavax|Astra
Ozempic|Wegovy|Ventolin|Nurofen|Panadol|Tylenol|Advil|Calpol|Voltarol|Zyrtec|Benadryl|Imodium|Gaviscon|Rennie|Lemsip|Strepsils|Bonjela|Savlon|Dettol|Vicks|Olbas|Berocca|Centrum|Movicol|Xanax|Prozac|Zoloft|Ritalin
Tuesdays|Thursdays|Mondays|Sundays|Weds|Thurs|Sept|Xmas|AMA|ELI5|FAQ|ETA|ASAP|FYI|RSVP|TBC|N/A|DOA|RMA|OOO|EOD|COB|KPI|ROI|Q1|Q2|H2|FY25|CEO|CFO|CTO|HR|IT|PR|PA|QA|R&D|B2B|SME|NGO|Ofcom|Ofgem|Ofwat|FCA|ICO|FTC|FCC
""")

_KINDS = _listed("""
Bakery|Café|Cafe|Kitchen|Diner|Bistro|Grill|Bar|Pub|Inn|Arms|Tavern|Deli|Pizzeria|Trattoria|Burgers|Fish Bar|Tea Room|Tea Rooms|Coffee|Roasters|Brewery|Winery|Vineyards|Butchers|Farm Shop|Farm|Farms|Dairy|Organics
Flowers|Florist|Nursery|Garden Centre|Gardens|Hardware|Tools|Timber|Builders Merchants|Plumbing|Heating|Electrical|Roofing|Windows|Kitchens|Bathrooms|Carpets|Flooring|Interiors|Furniture|Beds|Antiques|Auctions
Books|Bookshop|Records|Toys|Games|Crafts|Fabrics|Wools|Shoes|Footwear|Boots|Jeans|Menswear|Boutique|Bridal|Tailors|Jewellers|Opticians|Pharmacy|Chemist|Dental|Clinic|Physio|Vets|Salon|Hair|Barbers|Nails|Spa|Beauty
Skincare|Cosmetics|Perfumes|Candles|Soaps|Gifts|Cards|Stationers|Printers|Press|Publishing|Media|Studios|Pictures|Theatre|Cinema|Gallery|Museum|Library|Hall|House|Hotel|Hotels|Suites|Lodge|Hostel|Guest House|B&B
Motors|Cars|Garage|Autos|Tyres|Cycles|Bikes|Coaches|Travel|Tours|Cruises|Airways|Airlines|Couriers|Logistics|Haulage|Removals|Storage|Estates|Homes|Lettings|Properties|Construction|Engineering|Security|Cleaning
Bank|Insurance|Finance|Wealth|Capital|Partners|Associates|Solicitors|Law|Accountants|Consulting|Advisers|Recruitment|School|College|Academy|Nursery School|University|Institute|Foundation|Trust|Hospital|Medical Centre
Surgery|Care Home|Funeral Directors|Pet Shop|Kennels|Stables|Golf Club|Gym|Fitness|Sports|Cricket Club|Rovers|United|Brothers|Bros|Group|Holdings|Industries|Foods|Sauces|Crisps|Chocolates|Ice Cream|Teas|Gin|Ales
""")

_KNOWN = 0.6
"""How often a company is one that there is."""

_ENDINGS = ("Ltd", "Ltd.", "Inc", "Inc.", "LLC", "plc", "GmbH", "& Co", "& Co.", "& Sons", "& Daughters", "Bros.")


def words_of_things() -> frozenset[str]:
    """These are the capitalised words of shops, things, songs and sights, which may be names elsewhere."""
    words = (word for one in (*SHOPS, *THINGS, *TITLES, *SIGHTS, *SAYINGS) for word in re.findall(r"[^\W\d_]+", one))
    return frozenset(word for word in words if word[0].isupper())


def shop(rng: random.Random, first: Callable[[], str], last: Callable[[], str]) -> str:
    """This draws a company: a known one, or one that is called as companies are called after people."""
    chance = rng.random()
    if chance < _KNOWN:
        return rng.choice(SHOPS)
    kind = rng.choice(_KINDS)
    forms: tuple[Callable[[], str], ...] = (
        lambda: f"{first()}'s {kind}", lambda: f"{last()}'s {kind}", lambda: f"{last()} {kind}", lambda: f"{first()} {kind}",
        lambda: f"{first()} & {first()} {kind}", lambda: f"{last()} & {last()} {kind}", lambda: f"{first()} and {first()}'s {kind}",
        lambda: f"{first()} {last()} {kind}", lambda: f"{first()[0]}. {last()} {kind}", lambda: f"{last()} {rng.choice(_ENDINGS)}",
        lambda: f"{last()} & {last()}", lambda: f"{first()} {last()} {rng.choice(_ENDINGS)}", lambda: f"{last()} {last()} {rng.choice(_ENDINGS)}",
        lambda: f"Little {first()}'s", lambda: f"Big {first()}'s {kind}", lambda: f"Aunt {first()}'s {kind}", lambda: f"Mama {first()}'s",
        lambda: f"The {last()} {kind}", lambda: f"The {first()} {last()} {kind}", lambda: f"St {first()}'s {kind}", lambda: f"House of {last()}",
    )  # fmt: skip
    return rng.choice(forms)()
