//! Liaison statements in the forms of the field.

use jcabot::domain::steps::{Findings, FoundLiaison, Place, RawMail, Verdict};
use jcabot::domain::words::{Kind, Purpose};
use jcabot::mail;
use jcabot::resources::Resources;
use jcabot::rules::Rules;
use jiff::civil::date;

fn rules() -> Rules {
    Rules::load(&Resources::built_in(), "jca-cop").unwrap()
}

fn read(bytes: String, kind: Kind) -> Findings {
    let rules = rules();
    let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 1, uid: "1".to_owned() };
    let raw = RawMail { place, whole_size: bytes.len() as u64, bytes: bytes.into_bytes(), received_at: None };
    let mail = mail::parse(&raw, &rules.vocabulary);
    rules.extract(&mail, &Verdict { kind, confidence: 1.0, evidence: Vec::new() })
}

/// The statement of a letter with this text.
fn statement(text: &str) -> FoundLiaison {
    let head = "From: A Writer <writer@member.example>\nTo: tsbjcacop@itu.int\nSubject: A statement\nDate: Mon, 15 Oct 2012 09:00:00 +0000";
    let bytes = format!("{head}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}");
    read(bytes, Kind::LiaisonStatement).liaison.unwrap()
}

#[test]
fn labels_in_a_column_get_the_values_of_the_column_below() {
    let found = statement(
        "COM 9 – LS 77 – E\nQuestion(s): 5/9 Study Group: 9 Meeting, date: Working Party: 2/9\nSource: ITU-T Study Group 9\n\
         Title: Parental locks\nFor action to:\nFor comment to:\nFor information to:\nApproval:\nDeadline:\nJCA-COP\nITU-T SG16\n\
         ITU-T SG13; ATIS\nSG9 plenary, 21 June 2012\n31 August 2012\n\
         Contact: Takeshi MORIYAMA Contact: Tel: Fax: Email: +81 3 5555 0101 +81 3 5555 0102 moriyama@lab.example\n",
    );

    assert_eq!(
        (found.to, found.cc),
        (vec!["JCA-COP".to_owned(), "ITU-T SG16".to_owned()], vec!["ITU-T SG13".to_owned(), "ATIS".to_owned()])
    );
    assert_eq!((found.purpose, found.reply_by), (Some(Purpose::Action), Some(date(2012, 8, 31))));
    assert_eq!(found.questions, ["5/9"]);
    assert_eq!(found.contacts.len(), 1);
    assert_eq!(found.contacts[0].phone.as_deref(), Some("+81355550101"));
}

#[test]
fn labels_may_be_wrapped_and_cells_divided_by_strokes() {
    let found = statement(
        "TSAG-LS12\nQuestion\n(s): N/A\nSource:   TSAG\nTitle:    LS/r on the list of activities (reply to\nJCA-COP – LS 5 – E)\n\
         LIAISON STATEMENT\nFor action\nto:  -\nFor comment\nto: JCA-COP and JCA-AHF\nFor information\nto: all ITU-T study groups\n\
         Deadline: COB Friday, 14 September 2012\n\
         Contact: Bruno Castellani / Agence des communications / Switzerland / Tel: +41 58 555 01 11 / Email: bruno@afc.example\n",
    );

    assert_eq!(found.reference.as_deref(), Some("TSAG-LS12"));
    assert_eq!(found.in_reply_to.as_deref(), Some("JCA-COP – LS 5 – E"));
    assert_eq!(found.to, ["JCA-COP", "JCA-AHF"]);
    assert_eq!((found.purpose, found.reply_by), (Some(Purpose::Comment), Some(date(2012, 9, 14))));
    assert_eq!(found.contacts[0].organization.as_deref(), Some("Agence des communications"));
    assert_eq!(found.contacts[0].country.as_deref(), Some("CH"));
}

#[test]
fn a_row_for_all_addressees_is_split_by_purpose() {
    let found = statement(
        "QUESTIONS : 22-1/1\nSOURCE : Rapporteur's Group on Question 22-1/1\nSUBJECT : Best practices\nTO : JCA-COP, ITU-T Study Group 17\n\
         FOR : JCA-COP for action; ITU-T Study Group 17 for information\nDEADLINE : Reply by 30 June 2012\n",
    );

    assert_eq!((found.to, found.cc), (vec!["JCA-COP".to_owned()], vec!["ITU-T Study Group 17".to_owned()]));
    assert_eq!((found.purpose, found.reply_by), (Some(Purpose::Action), Some(date(2012, 6, 30))));
}

#[test]
fn a_deadline_of_others_and_a_next_meeting_are_no_deadline() {
    let form = |info: &str| {
        statement(&format!(
            "Source: ITU-T SG13\nTitle: Split of work\nFor action to: ITU-T SG11\n{info}Deadline: 15 January 2013\n"
        ))
    };
    assert_eq!(form("For information to: JCA-COP\n").reply_by, None);
    assert_eq!(form("For comment to: JCA-COP\n").reply_by, Some(date(2013, 1, 15)));

    let vague =
        statement("Source: SG2\nTitle: Numbers\nFor action to: JCA-COP\nDeadline: before our next meeting, 3-7 December 2012\n");
    assert_eq!(vague.reply_by, None);
    assert_eq!(vague.reply_by_words.as_deref(), Some("before our next meeting, 3-7 December 2012"));

    let to_us = statement(
        "Title: LS on children\nSource: 3GPP SA1\nTo: ITU-T JCA-COP, GSMA FASG\nCc: 3GPP CT1\n\n1. Description\nSA1 has studied it.\n\n2. Actions\n\
         To ITU-T JCA-COP:\nACTION: SA1 asks JCA-COP to name the age limits.\nTo GSMA FASG:\nACTION: SA1 asks FASG to reply by 14 December 2012.\n\n\
         3. Next meetings\nSA1#61   28 Jan - 1 Feb 2013   Prague\n",
    );
    assert_eq!((to_us.purpose, to_us.reply_by), (Some(Purpose::Action), None));
}

#[test]
fn a_letter_in_prose_says_who_asks_what_until_when() {
    let en = statement(
        "Young Minds International\n12 Long Lane, London, United Kingdom\n\nOur ref.: YMI/2012/044\nYour ref.: JCA-COP - LS 3 - E\n\n\
         To: The Chairman, ITU-T JCA-COP\nCopy to: CWG-COP, INHOPE\n\nRe: Terminology for illegal content\n\nDear Chairman,\n\n\
         Our board thanks you for your statement of 3 September 2012, in which you asked for replies by 1 December 2012.\n\n\
         We would, however, be grateful if you could confirm before 15 November 2012 whether the list covers cartoons. Our next\n\
         board meeting takes place on 20 November 2012.\n",
    );
    assert_eq!((en.reference.as_deref(), en.in_reply_to.as_deref()), (Some("YMI/2012/044"), Some("JCA-COP - LS 3 - E")));
    assert_eq!((en.to, en.cc), (vec!["ITU-T JCA-COP".to_owned()], vec!["CWG-COP".to_owned(), "INHOPE".to_owned()]));
    assert_eq!((en.purpose, en.reply_by), (Some(Purpose::Action), Some(date(2012, 11, 15))));

    let zh = statement(
        "中国互联网安全标准协会\n互标协函〔2012〕第27号\n\n致：JCA-COP\n抄送：ITU-T第16研究组、W3C\n\n尊敬的各位专家：\n\n\
         我会已收到贵方联络声明（JCA-COP – LS 4 – C）。请贵方就附件中的术语提出意见，并于11月30日前反馈至我会秘书处。\n",
    );
    assert_eq!((zh.purpose, zh.reply_by), (Some(Purpose::Comment), Some(date(2012, 11, 30))));
    assert_eq!(zh.in_reply_to.as_deref(), Some("JCA-COP – LS 4 – C"));
    assert_eq!(zh.cc, ["ITU-T第16研究组", "W3C"]);

    let ar = statement(
        "هيئة تنظيم الاتصالات\nالرقم: 2012/558\n\nالسادة JCA-COP المحترمين\nنسخة إلى: لجنة الدراسات 17\n\nالموضوع: تصنيف المحتوى الموجه للأطفال\n\n\
         تهدي الهيئة أطيب تحياتها، وترجو موافاتها بملاحظاتكم على مشروع التصنيف المرفق في موعد أقصاه ١٥ نوفمبر ٢٠١٢.\n",
    );
    assert_eq!((ar.purpose, ar.reply_by), (Some(Purpose::Comment), Some(date(2012, 11, 15))));
    assert_eq!(ar.title.as_deref(), Some("تصنيف المحتوى الموجه للأطفال"));
}

#[test]
fn a_placeholder_is_no_contact_and_a_coordinator_none_either() {
    let found = statement(
        "Title: Reply LS on helplines\nResponse to: S3-120555, JCA-COP-LS-011\nSource: GSMA FSG\nTo: ITU-T JCA-COP\nContact: <Name>\n   <Organization>\n\
         \x20  Tel:\n   Email:\nContact Person:\n   Name: Aurelio Santangelo\n   Tel. Number: +39 06 5550 0123\n\
         \x20  E-mail: asantangelo@santangelo.example\nSend any reply LS to: liaisons@gsma.example\n",
    );

    assert_eq!(found.contacts.len(), 1);
    assert_eq!(found.contacts[0].name.as_deref(), Some("Aurelio Santangelo"));
    assert_eq!(found.in_reply_to.as_deref(), Some("JCA-COP-LS-011"));
}

const FORM: &str = "COM 9 - LS 81 - E\nSource: ITU-T Study Group 9\nTitle: Locks\nLIAISON STATEMENT\nFor action to: JCA-COP\n\
                    Deadline: 30 November 2012\nContact: Takeshi Moriyama, Moriyama Lab, Japan, takeshi@moriyama.example\n";

fn with_attached_form(cover: &str, kind: Kind) -> Findings {
    let part = "--b\nContent-Type: text/plain; charset=utf-8";
    let bytes = format!(
        "From: Tariq Osei <t.osei@x.example>\nTo: tsbjcacop@itu.int\nSubject: From SG9\nDate: Mon, 15 Oct 2012 09:00:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=\"b\"\n\n{part}\n\n{cover}\n{part}\nContent-Disposition: attachment; filename=\"ls.txt\"\n\n{FORM}\n--b--\n"
    );
    read(bytes, kind)
}

#[test]
fn a_letter_may_bring_a_statement_and_propose_somebody() {
    let cover = "Dear all,\n\nplease find attached the liaison statement of Study Group 9.\n\nWe also nominate Ms Brigid Fallon as our \
                 representative in JCA-COP.\nHer e-mail address is brigid.fallon@fallon.example.\n";

    let found = with_attached_form(cover, Kind::LiaisonStatement);
    let names: Vec<_> = found.contacts.iter().filter_map(|person| person.name.as_deref()).collect();
    assert_eq!(names, ["Brigid Fallon"]);
    assert_eq!(found.liaison.unwrap().contacts[0].name.as_deref(), Some("Takeshi Moriyama"));

    let found = with_attached_form(cover, Kind::ContactSubmission);
    assert_eq!(found.liaison.unwrap().reference.as_deref(), Some("COM 9 - LS 81 - E"));

    let plain = with_attached_form("Please find the statement attached.\n\nTariq Osei\n", Kind::LiaisonStatement);
    assert!(plain.contacts.is_empty());
}

#[test]
fn footers_study_periods_and_bare_cells_are_read_for_what_they_are() {
    let posted = statement(
        "INTERNATIONAL TELECOMMUNICATION UNION\tSTUDY GROUP 16\nTELECOMMUNICATION STANDARDIZATION SECTOR\tTD 77 (GEN/16)-E\n\
         STUDY PERIOD 2013-2016\tEnglish only\nQuestion(s):\tQALL/16\tGeneva, 14 - 25 January 2013\nSource:\tStudy Group 16\n\
         Title:\tLS on texts for the young\nLIAISON STATEMENT\nFor action to:\t-\nFor information to:\tJCA-COP, TSAG\nDeadline:\tN/A\n\
         Attention: This is not a publication made available to the public, but an internal document for the use of members.\n",
    );
    assert_eq!(posted.reference.as_deref(), Some("TD 77 (GEN/16)-E"));
    assert_eq!(posted.questions, ["ALL/16"]);
    assert!(posted.to.is_empty());
    assert_eq!(posted.cc, ["JCA-COP", "TSAG"]);

    let radio = statement(
        "Radiocommunication Study Groups\n\nSource: Document 5D/TEMP/9(Rev.1)             Document 5D/17-E\n\nWorking Party 5D\n\n\
         LIAISON STATEMENT TO ITU-T JCA-COP (COPY TO ITU-T STUDY GROUP 2)\nAccess for minors\n\n\
         Working Party 5D would welcome the views of JCA-COP.\nStatus: For action\nDeadline: 21 January 2013\n",
    );
    assert_eq!(radio.reference.as_deref(), Some("5D/17-E"));
    assert_eq!((radio.from.as_deref(), radio.title.as_deref()), (Some("Working Party 5D"), Some("Access for minors")));
    assert_eq!((radio.to, radio.cc), (vec!["ITU-T JCA-COP".to_owned()], vec!["ITU-T STUDY GROUP 2".to_owned()]));
    assert_eq!((radio.purpose, radio.reply_by), (Some(Purpose::Action), Some(date(2013, 1, 21))));
}

#[test]
fn prose_and_rows_may_say_what_is_asked_of_each_body() {
    let prose = statement(
        "SC 36 N 2419\nTITLE: Metadata for learners\nSOURCE: SC 36\nSTATUS: As resolved, this document is sent to ITU-T JCA-COP for comment \
         and to ITU-T SG 17 for information.\nACTION ID: FYI\nDUE DATE: 2013-02-28\n\nPlease see the annex.\n",
    );
    assert_eq!((prose.to, prose.cc), (vec!["ITU-T JCA-COP".to_owned()], vec!["ITU-T SG 17".to_owned()]));
    assert_eq!((prose.purpose, prose.reply_by), (Some(Purpose::Comment), Some(date(2013, 2, 28))));

    let fr = statement(
        "QUESTION : 22-1/1\nORIGINE : Groupe du Rapporteur\nOBJET : Enquête\nÀ : JCA-COP ; Commission d'études 17 de l'UIT-T\n\
         POUR : JCA-COP, suite à donner ; Commission d'études 17 et CWG-COP : information\nDÉLAI : 31 octobre 2012\n",
    );
    assert_eq!(
        (fr.to, fr.cc),
        (vec!["JCA-COP".to_owned()], vec!["Commission d'études 17 de l'UIT-T".to_owned(), "CWG-COP".to_owned()])
    );
    assert_eq!(fr.purpose, Some(Purpose::Action));

    let informs = statement("SUBJECT : Training\nSOURCE : ITU-D SG1\nTO : JCA-COP\nFOR : Information\nDEADLINE : n/a\n");
    assert_eq!((informs.to, informs.purpose), (vec!["JCA-COP".to_owned()], Some(Purpose::Information)));
}

#[test]
fn courtesies_and_the_way_to_answer_ask_for_nothing_more() {
    let purpose = |text: &str| statement(&format!("To: JCA-COP\nSubject: A paper\nRef.: AB/12\n\n{text}\n")).purpose;

    assert_eq!(purpose("We send you our paper. Please note that the annex is in French."), Some(Purpose::Information));
    assert_eq!(
        purpose("Le texte est joint. Veuillez agréer, Madame, l'expression de nos sentiments."),
        Some(Purpose::Information)
    );
    assert_eq!(
        purpose("Va adjunto el texto. Rogamos acepten el testimonio de nuestra consideración."),
        Some(Purpose::Information)
    );
    assert_eq!(purpose("Направляем текст. Просим иметь в виду, что обсуждение завершено."), Some(Purpose::Information));
    assert_eq!(purpose("现将文本送上。如有疑问，请与秘书处联系。"), Some(Purpose::Information));
    assert_eq!(purpose("نرفق النص. وتفضلوا بقبول فائق الاحترام."), Some(Purpose::Information));
    assert_eq!(purpose("We would welcome your comments. Please send them to me by 14 December 2012."), Some(Purpose::Comment));
    assert_eq!(purpose("We write to ask whether JCA-COP knows such a list."), Some(Purpose::Action));
}

#[test]
fn a_title_may_stand_above_the_greeting_and_a_body_behind_its_letterhead() {
    let ru = statement(
        "РЕГИОНАЛЬНЫЙ СОЮЗ\nРабочая группа по безопасности\n\n12.10.2012 № 38/РГ\nНа № JCA-COP – LS 5 – R от 22.09.2012\n\nВ JCA-COP МСЭ-Т\n\n\
         О проверке возраста покупателей\n\nУважаемая госпожа Хейнеман!\n\n\
         Рабочая группа по безопасности рассмотрела ваше письмо и сообщает об этом для сведения.\n",
    );
    assert_eq!(ru.title.as_deref(), Some("О проверке возраста покупателей"));
    assert_eq!(ru.from.as_deref(), Some("Рабочая группа по безопасности"));
    assert_eq!((ru.reference.as_deref(), ru.in_reply_to.as_deref()), (Some("38/РГ"), Some("JCA-COP – LS 5 – R")));
    assert_eq!(ru.to, ["JCA-COP МСЭ-Т"]);

    let zh = statement(
        "来源：文件5A/TEMP/88\n\n文件5A/212-C\n\n第5A工作组\n致JCA-COP的联络声明（抄送第1研究组）\n校园接入频段\n\n\
         第5A工作组现将使用情况通报JCA-COP。第5A工作组未要求答复。\n",
    );
    assert_eq!((zh.title.as_deref(), zh.from.as_deref()), (Some("校园接入频段"), Some("第5A工作组")));
    assert_eq!(zh.purpose, Some(Purpose::Information));
}

#[test]
fn a_request_that_is_declined_for_us_and_a_person_in_a_row_of_bodies() {
    let found = statement(
        "Title:\tLS on emergency calls\nSource:\tCT1 (San Diego, 28 January - 1 February 2013)\nTo:\tITU-T JCA-COP, SA1\n\
         Cc:\tRoswitha Pfann <roswitha@x.example>, GSMA TSG\n\n1. Overall Description:\nApplications may block emergency calls.\n\n2. Actions:\n\
         To SA1 group.\nACTION: \tCT1 asks SA1 to consider a stage 1 requirement by 15 March 2013.\n\
         To ITU-T JCA-COP group.\nACTION: \tNone, for information only.\n",
    );
    assert_eq!(found.from.as_deref(), Some("CT1"));
    assert_eq!((found.to, found.cc), (vec!["ITU-T JCA-COP".to_owned(), "SA1".to_owned()], vec!["GSMA TSG".to_owned()]));
    assert_eq!((found.purpose, found.reply_by), (Some(Purpose::Information), None));
}

#[test]
fn a_date_that_we_had_set_is_no_deadline_of_theirs() {
    let fr = statement(
        "AUTORITÉ DE RÉGULATION\nN/Réf : 2012-118/DAI\nV/Réf : JCA-COP – LS 7 – F\nDestinataire : JCA-COP\nAmpliation : CE 17\n\
         Objet : Registre\n\nMadame,\n\nPar votre note, vous nous demandiez une réponse avant le 30 novembre 2012. Voici le registre. \
         Nous vous prions de nous faire savoir, dans les meilleurs délais, si le format convient.\n",
    );
    assert_eq!((fr.reply_by, fr.reply_by_words.as_deref()), (None, Some("dans les meilleurs délais")));
    assert_eq!((fr.purpose, fr.in_reply_to.as_deref()), (Some(Purpose::Action), Some("JCA-COP – LS 7 – F")));
    assert_eq!(fr.reference.as_deref(), Some("2012-118/DAI"));
}
