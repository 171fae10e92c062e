"""Names of people from where Faker has no list in Latin letters, and short names that people go by, written by hand."""

_WRITTEN = """
Korea: Minjun Seo-yeon Jiho Ha-eun Jimin Eun-ji Hyunwoo Sang-hoon Yeon-ju Donghyun Jisoo Kyung-mi Taeyang Soo-ah Bora Jae-won Min-seo Yuna Hyejin
 Seung-ho / Kim Lee Park Choi Jeong Kang Cho Yoon Jang Lim Han Shin Seo Kwon Hwang Ahn Song Yoo Hong Bae
Thailand: Somchai Siriporn Nattapong Kanya Anong Preecha Chaiwat Malee Ploy Noi Nong Wanchai Sunisa Thanakorn Apinya Kittisak Pimchanok Arthit Suda
 Prasert / Srisai Wongsakul Chaiyaporn Suksan Rattanakosin Boonmee Thongchai Saetang Phongphan Jaidee Charoensuk Kaewmanee Intharasombat Sombat
China: Xiaoming Wei Jing Mei Lihua Jianguo Xiuying Yifan Haoran Zihan Yuxuan Ruoxi Chenxi Junjie Xinyi Meiling Guoqiang Ziyi Bowen Peng / Wang Li Zhang
 Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo Lin Luo Zheng Xie Tang Ouyang
Singapore: Jia-hui Wei-jie Kok-leong Boon-keng Siew-ling Hui-min Ah-kow Ah-lian Chee-keong Yew-meng Mei-fong Poh-choo Kian-huat Li-ting / Tan Ng Goh Ong
 Teo Koh Chua Yeo Sim Toh Low Quek Soh Wee Khoo Cheong Leong Phua
Arab: Mohammed Ahmad Khalid Omar Yousef Abdullah Fatima Aisha Layla Noor Zainab Maryam Hassan Hussein Tariq Samir Rania Huda Nadia Salma Bilal Karim
 Jamal Walid Faisal Hamza Mustafa Ibrahim Amina Khadija Abdulrahman Mahmoud Ghada Dalal / Al-Rashid Al-Mutairi Al-Harbi Haddad Khoury Mansour Nasser
 Saleh Hamdan Darwish Sayegh Barakat El-Sayed Al-Otaibi Qasim Farouk Shaheen Aziz Al-Zahrani Najjar Ismail Hijazi
Iran: Reza Ali Mehdi Hossein Amir Navid Farhad Kaveh Shirin Parisa Maryam Zahra Leila Azadeh Niloufar Setareh Bahram Dariush Soraya Golnaz / Ahmadi
 Hosseini Karimi Rahimi Moradi Mousavi Jafari Rezaei Tehrani Farahani Esfahani Shirazi Kazemi Ghorbani Najafi Bagheri Sadeghi Azimi
India: Aarav Priya Anjali Rohan Lakshmi Venkatesh Srinivas Kavitha Meenakshi Sreelakshmi Harpreet Gurpreet Manpreet Sunita Rajesh Suresh Mahesh Deepika
 Shreya Aditya Karthik Revathi Subramaniam Balaji Anoop Jyoti Pooja Nikhil Raju Sanjay Pankaj Debjani Sourav / Iyer Iyengar Nair Menon Pillai Reddy Rao
 Naidu Gowda Mukherjee Chatterjee Banerjee Bhattacharya Das Bose Sengupta Patil Deshpande Kulkarni Joshi Gill Dhillon Sandhu Grewal Agarwal Mehta Shah
 Patel Desai Venkataraman Krishnamurthy Subramanian Raghunathan Chakraborty Thakur Yadav Mishra Tripathi Singh Kaur
Lanka: Nimal Kumari Dilini Chaminda Tharindu Ravindu Sanduni Ishara Kasun Malini Nuwan Anusha / Perera Fernando Silva Jayasuriya Wickramasinghe
 Bandara Gunawardena Rajapaksa Dissanayake Herath Ekanayake Senanayake
Bengal: Rahim Karim Nasrin Shafiq Taslima Mizanur Rokeya Farhana Tanvir Anika Sumaiya Mahfuz / Chowdhury Hossain Rahman Islam Ahmed Miah Begum Khatun
 Akter Sarkar Biswas Uddin
Malay: Ahmad Aminah Faizal Hafiz Nurul Siti Zulkifli Rosmah Azman Farah Hakim Izzati Syafiq Aisyah Ikhwan / Abdullah Ismail Razak Hashim Othman Yusof
 Mahathir Kamaruddin Zainal Hamid Salleh Bakar
Burma: Aung Kyaw Thida Zaw Htun Nilar Win Khin Sandar Phyo Moe Hla / Maung Soe Lwin Oo Thein Naing Myint Tun
Khmer: Sokha Dara Bopha Chantrea Rithy Sophea Vannak Kunthea Piseth Sreymom / Chea Sok Keo Chhim Prak Heng Nhem Mao
Ethiopia: Abebe Tigist Dawit Selam Bekele Hanna Mulugeta Almaz Yonas Meseret Tesfaye Eyerusalem Girma Hiwot Kidane Saba / Tadesse Haile Gebre
 Wolde Alemu Desta Kebede Mekonnen Assefa Tesfamariam Gebremedhin Negash
Somalia: Abdi Hodan Ayaan Sahra Mohamud Farah Ifrah Warsame Hawa Asha Bashir Deeqa Yasin Sagal / Farah Warsame Jama Hersi Abdullahi Osman Duale Nur Egal
 Guled Ismail
Kenya: Wanjiku Kamau Njoroge Otieno Achieng Mwangi Makena Kiprop Chebet Atieno Wambui Kipchoge Nyambura Ngugi Muthoni Odhiambo / Kariuki Ochieng Kimani
 Mutua Wekesa Njenga Omondi Onyango Koech Cheruiyot Gitau Waweru Barasa Kiptoo
Uganda: Nakato Babirye Kato Wasswa Namukasa Okello Apio Ssali Nabukenya Mukisa / Mugisha Byaruhanga Ssemakula Kagawa Nsubuga Ocen Lubega Tumusiime
Southern Africa: Thandiwe Sizwe Nomvula Lerato Tshepo Kagiso Palesa Bongani Nokuthula Themba Zanele Tendai Chipo Rudo Farai Tatenda Anesu Naledi Mpho
 Thabo / Mkhabela Dlamini Nkosi Mokoena Molefe Khumalo Zulu Ndlovu Moyo Ncube Sibanda Chikwanda Mutasa Maseko Radebe Sithole Banda Phiri Mwale Tembo
Boers: Pieter Johan Annelie Hendrik Elmarie Francois Riaan Marietjie Kobus Liesl Danie Sunette / Botha Labuschagne Coetzee Pretorius Kruger Steyn
 Fourie Joubert Nel Swanepoel Oosthuizen Erasmus Du-Plessis
Nigeria: Chinedu Ngozi Emeka Adaeze Oluwaseun Temitope Folake Babatunde Oyelaran Abimbola Chidinma Ifeoma Obinna Kelechi Uchenna Yetunde Olamide
 Damilola Aminu Halima Musa Zainab Efosa Osaze / Okafor Okonkwo Nwosu Adeyemi Adebayo Oyelaran Fashola Balogun Eze Obi Onyango Anyaoku Bello Danjuma
 Ibrahim Osagie Ekwueme Okoro Olawale Akintola
Ghana: Kwame Kofi Ama Akosua Yaw Abena Kwabena Fiifi Efua Esi Nana Adwoa Kojo Ebo Mawuli Dzifa / Mensah Owusu Asante Boateng Osei Appiah Agyeman Ofori
 Amoah Quaye Adjei Tetteh Darko Annan
Senegal: Fatou Mamadou Aminata Ousmane Awa Cheikh Mariama Ibrahima Ndeye Moussa Khady Abdoulaye / Diop Ndiaye Fall Sow Ba Diallo Sarr Gueye Cisse
 Faye Traore Coulibaly Keita Toure Kone Sylla Camara
Greece: Giorgos Dimitris Eleni Katerina Nikos Sofia Kostas Maria Vasilis Ioanna Panagiotis Despina Yannis Anastasia Spyros Stavroula / Papadopoulos
 Papadimitriou Nikolaidis Georgiou Pappas Karagiannis Vlachos Ioannou Christodoulou Antoniou Makris Stavropoulos Economou
Israel: Noa Yael Avi Moshe Shira Tamar Eitan Itai Rivka Yonatan Tal Ofer Liora Gal Omer Dvora / Cohen Levi Mizrahi Peretz Biton Friedman Shapiro
 Katz Azoulay Ben-David Goldstein Rosenberg Avraham Shalom Bar-Lev
Georgia: Giorgi Nino Tamar Luka Ketevan Davit Irakli Natia Zurab Mariam / Beridze Kapanadze Gelashvili Lomidze Maisuradze Tsiklauri Kvaratskhelia
Armenia: Aram Ani Hayk Narine Tigran Lusine Armen Gayane Vahan Siranush / Petrosyan Hakobyan Grigoryan Sargsyan Harutyunyan Karapetyan Avetisyan
Kazakhstan: Nursultan Aigerim Daniyar Dinara Yerlan Aizhan Timur Saule Bolat Gulnara Azamat Ainur / Nurmagambetov Akhmetov Suleimenov Omarov
 Abdrakhmanov Sadykov Iskakov Bekov
Pacific: Tane Aroha Hemi Mereana Wiremu Ngaire Sione Losa Tevita Mele Kalani Leilani Semisi Ana / Parata Ngata Tuilagi Faleolo Taufa Tupou Leota
 Kahananui Waititi Tamihere Fonoti
Basque: Iñaki Itziar Nerea Ander Gorka Leire Unai Amaia Eneko Maite Aitor Garazi / Goikoetxea Etxeberria Aguirre Ibarra Zubiri Elizondo Mendizabal
 Arrizabalaga Urrutia Garmendia
Catalonia: Jordi Montserrat Núria Oriol Laia Pau Meritxell Arnau Mercè Quim Gemma Ferran / Puig Soler Vila Ferrer Roca Serra Pujol Casals Bosch
 Torrent
Wales: Rhys Sioned Gwilym Eirlys Dafydd Cerys Ieuan Angharad Gethin Bronwen Owain Nia Emrys Heledd / Llewellyn Pritchard Griffiths Prosser Bevan
 Gwynne Morgan Parry Vaughan Probert
Scotland: Hamish Eilidh Fergus Morag Callum Isla Dougal Ailsa Struan Iona Lachlan Mhairi / MacDonald McGregor Sutherland Buchanan MacLeod
 Drummond McAllister Urquhart Colquhoun Ogilvie
Ireland: Aoife Siobhan Niamh Oisín Caoimhe Padraig Cillian Gráinne Saoirse Eoin Róisín Diarmuid Sinéad Fionn / Gallagher O'Sullivan Byrne Ní-Bhriain
 Kavanagh Brennan Doherty O'Shea McCarthy Fitzgerald Mulligan
America: DeShawn Keisha Tyrell Latoya Jamal Shanice Marquis Ebony D'Angelo Tamika Trayvon Imani Xiomara Itzel Xochitl Marisol Yadira Ximena Citlali
 Guadalupe / Washington Jefferson Booker Banks Garza Monroe Ramírez Delgado Cisneros Villanueva Escobedo Zamora
Slavs: Zdeněk Ljiljana Bogdan Marek Agnieszka Ekaterina Sergei Dmitry Zoya Radka Miloš Snežana Vesna Zlatan Mirjana Grzegorz Małgorzata Przemysław
 Kasia Zuzanna / Shcherbakova Vuković Kovačević Zieliński Kowalczyk Novák Svoboda Petrović Ilić Țurcanu Hrytsenko Bondarenko Wiśniewska Szczepański
Germans: Hildegard Torben Annegret Friedhelm Rosalind Wiebke Heike Jürgen Bärbel Detlef Anneliese Swantje / Preuß Lindemann Achterberg Weiß Dombrowski
 Hoffmeister Schröder Brinkmann Vogelsang Achenbach
Short: Kev Shaz Gaz Baz Dave Bez Beks Fitz Jonno Tommo Macca Gav Trish Kaz Loz Daz Chaz Jez Suze Tam Bev Shell Deb Mads Nic Ty Jay Kai Zed Mo Flo Bea
 Dot Lou Nell Fran Ollie Alfie Billie Frankie Ronnie Vinnie Mickey Pip Teddy Marge Midge Ginny Lottie Tilly Dolly Peggy Nessie Izzy Ziggy Bo Cy Ed Al
 / Smith Jones Brown Taylor Hughes Wood Ward Hall Green Baker Fisher Young King Price Long Day Bell Cross Banks Stone
"""


def written() -> tuple[list[list[str]], list[list[str]]]:
    """These are first names and last names, one list per region."""
    first, last = [], []
    for region in _WRITTEN.strip().replace("\n ", " ").splitlines():
        firsts, _, lasts = region.partition(": ")[2].partition(" / ")
        first.append([name.replace("-", " ") if "Ah-" in name else name for name in firsts.split()])
        last.append([name.replace("Du-", "Du ").replace("Ní-", "Ní ") for name in lasts.split()])
    return first, last
