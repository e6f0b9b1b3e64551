//! People in the forms and wordings of the field, in six languages.

use jcabot::domain::steps::{FoundPerson, Place, RawMail, Verdict};
use jcabot::domain::words::{Action, Kind};
use jcabot::mail;
use jcabot::resources::Resources;
use jcabot::rules::Rules;

/// The people of an office's letter with this text.
fn people(rules: &Rules, kind: Kind, text: &str) -> Vec<FoundPerson> {
    let html = if text.starts_with('<') { "html" } else { "plain" };
    let bytes = format!(
        "From: Office <office@secretariat.example>\nTo: tsbjcacop@itu.int\nSubject: List\nMIME-Version: 1.0\n\
         Content-Type: text/{html}; charset=utf-8\n\n{text}"
    );
    let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 1, uid: "1".to_owned() };
    let raw = RawMail { place, whole_size: bytes.len() as u64, bytes: bytes.into_bytes(), received_at: None };
    let mail = mail::parse(&raw, &rules.vocabulary);
    rules.extract(&mail, &Verdict { kind, confidence: 1.0, evidence: Vec::new() }).contacts
}

/// Name, organization, address, number and what is to be done, as one line a person.
fn lines(found: &[FoundPerson]) -> Vec<String> {
    let line = |person: &FoundPerson| {
        let action = match person.action {
            Some(Action::Add) => "+",
            Some(Action::Update) => "=",
            Some(Action::Withdraw) => "-",
            None => "?",
        };
        let email = person.email.as_ref().map_or("", |email| email.reveal());
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        format!("{action} {} | {} | {email} | {}", text(&person.name), text(&person.organization), text(&person.phone))
    };
    found.iter().map(line).collect()
}

#[test]
fn people_are_proposed_in_every_form() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();

    for (text, wanted) in [
        (
            "The Permanent Mission of Ghana to the United Nations Office presents its compliments and has the honour to inform that the \
             Ghana Networks Authority has designated Mr. Kofi Annor, Director, as its representative (k.annor@gna.example, \
             +233 30 255 0114).\n",
            &["+ Kofi Annor | Ghana Networks Authority | k.annor@gna.example | +233302550114"][..],
        ),
        (
            "our association Netz Sicher e.V. (Hamburg, Germany) will be represented by:\n\n\
             Name: Heike Brandt; Function: officer; E-mail: brandt@netz.example; Tel.: 040 555 01 12; Fax: 040 555 01 13\n",
            &["+ Heike Brandt | Netz Sicher e.V. | brandt@netz.example | +49405550112"][..],
        ),
        (
            "<p>Please add:</p><table><tr><th>Organization</th><th>Name</th><th colspan=2>Reach</th></tr><tr><td rowspan=2>CEPA Forum\
             </td><td>Ms Ingrid Dahl</td><td>ingrid@cepa.example</td><td>+47 22 55 01 13</td></tr><tr><td>Mr Ole Dahl</td>\
             <td>ole@cepa.example</td><td>+47 22 55 01 14</td></tr></table>",
            &[
                "+ Ingrid Dahl | CEPA Forum | ingrid@cepa.example | +4722550113",
                "+ Ole Dahl | CEPA Forum | ole@cepa.example | +4722550114",
            ][..],
        ),
        (
            "L'Association Net Parents (Liège, Belgique) désigne :\n\n1. Mme Anne Lambert, présidente, a.lambert@anp.example, \
             04 255 01 17\n2. M. Yves Claes, trésorier, y.claes@anp.example (même numéro)\n",
            &[
                "+ Anne Lambert | Association Net Parents | a.lambert@anp.example | +3242550117",
                "+ Yves Claes | Association Net Parents | y.claes@anp.example | +3242550117",
            ][..],
        ),
        (
            "The Caribbean Forum appoints DELACROIX, Marie-Ange (Mrs.), Adviser. Contact: ma.delacroix@cf.example / +1 868 555 0134.\n",
            &["+ DELACROIX, Marie-Ange | Caribbean Forum | ma.delacroix@cf.example | +18685550134"][..],
        ),
        (
            "От Министерства связи Республики Таджикистан просим включить г-на Рахимова Фирдавса Исмоиловича, начальника отдела, \
             rahimov@ms.example, +992 37 555 01 09.\n",
            &["+ Рахимова Фирдавса Исмоиловича | Министерство связи Республики Таджикистан | rahimov@ms.example | +992375550109"]
                [..],
        ),
        (
            "现推荐江苏信息安全研究中心副主任 陈志明（Chen Zhiming）先生担任代表。\n电话：025-5555 0123 手机：138 5555 0123\n\
             邮箱：chenzm@jisec.example\n",
            &["+ 陈志明 | 江苏信息安全研究中心 | chenzm@jisec.example | +862555550123"][..],
        ),
        (
            "يسر وزارة الاتصالات في ليبيا أن ترشح:\nالاسم: م. عبد الرحمن الورفلي / الوظيفة: رئيس قسم / الهاتف: 021 555 0134 / البريد \
             الإلكتروني: a.warfalli@mict.example\n",
            &["+ عبد الرحمن الورفلي | وزارة الاتصالات | a.warfalli@mict.example | +218215550134"][..],
        ),
    ] {
        assert_eq!(lines(&people(&rules, Kind::ContactSubmission, text)), wanted, "{text}");
    }
}

#[test]
fn successors_and_corrections_are_told_apart() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();

    for (text, wanted) in [
        (
            "Peter Novotny has left Telvia Networks; please replace him with Jana Dvorakova (jana.dvorakova@telvia.example, \
             +420 255 550 113).\n",
            &[
                "- Peter Novotny | Telvia Networks |  | ",
                "+ Jana Dvorakova | Telvia Networks | jana.dvorakova@telvia.example | +420255550113",
            ][..],
        ),
        (
            "El Dr. Hernán Vidal dejó la Cámara Informática del Plata. Lo reemplazará la Lic. Paula Giménez: pgimenez@cip.example, \
             tel. +54 11 5555 0123.\n",
            &[
                "- Hernán Vidal | Cámara Informática del Plata |  | ",
                "+ Paula Giménez | Cámara Informática del Plata | pgimenez@cip.example | +541155550123",
            ][..],
        ),
        (
            "The telephone of Mr Piotr Zając of Bezpieczne Foundation has changed; the new number is +48 22 555 01 77 (the old one, \
             +48 22 555 01 70, is out of service).\n",
            &["= Piotr Zając | Bezpieczne Foundation |  | +48225550177"][..],
        ),
    ] {
        assert_eq!(lines(&people(&rules, Kind::ContactUpdate, text)), wanted, "{text}");
    }
}

#[test]
fn each_of_several_gets_what_stands_behind_a_later_mention() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();

    for (text, wanted) in [
        (
            "我院推荐标准部高级工程师周立群先生和法务部经理钱小芳女士为专家。\n\n\
             周立群：zhoulq@cttl.example，手机138-5555-0112；钱小芳：qianxf@cttl.example，手机138-5555-0113。\n\n中国通信试验院\n张敏\n",
            &[
                "+ 周立群 | 中国通信试验院 | zhoulq@cttl.example | +8613855550112",
                "+ 钱小芳 | 中国通信试验院 | qianxf@cttl.example | +8613855550113",
            ][..],
        ),
        (
            "L'Autorité de régulation de Côte d'Ivoire désigne M. Serge Aka Bilé, directeur technique, et Mme Fanta Touré, juriste. \
             M. Aka Bilé : s.aka@artci.example, 27 20 55 01 14. Mme Touré : f.toure@artci.example, 27 20 55 01 15.\n",
            &[
                "+ Serge Aka Bilé | Autorité de régulation de Côte d'Ivoire | s.aka@artci.example | +2252720550114",
                "+ Fanta Touré | Autorité de régulation de Côte d'Ivoire | f.toure@artci.example | +2252720550115",
            ][..],
        ),
        (
            "The University of Leeds proposes Dr Wilma Aldous, lecturer (w.aldous@leeds.example,\n0113 555 0140); and Prof. Ray Quill, \
             head of school (r.quill@leeds.example,\n0113 555 0141), both in the United Kingdom.\n",
            &[
                "+ Wilma Aldous | University of Leeds | w.aldous@leeds.example | +441135550140",
                "+ Ray Quill | University of Leeds | r.quill@leeds.example | +441135550141",
            ][..],
        ),
    ] {
        assert_eq!(lines(&people(&rules, Kind::ContactSubmission, text)), wanted, "{text}");
    }
}

#[test]
fn tables_of_persons_side_by_side_and_marks_of_who_only_sends() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();

    for (text, wanted) in [
        (
            "Our table:\n\n              First expert          Second expert\nGiven name    Lindiwe               Johan\n\
             Surname       Dube                  van Wyk\nOrganization  Cape Forum            Cape Forum\n\
             E-mail        l.dube@cf.example     j.vanwyk@cf.example\n",
            &["+ Lindiwe Dube | Cape Forum | l.dube@cf.example | ", "+ Johan van Wyk | Cape Forum | j.vanwyk@cf.example | "][..],
        ),
        (
            "titular:  Ana Quispe / correo: aquispe@red.example / tel.: +591 2 555 0138\n\
             suplente: Luz Vega Toro / correo: lvega@red.example / tel.: +591 2 555 0150\n\nFundación Red Clara\n",
            &[
                "+ Ana Quispe | Fundación Red Clara | aquispe@red.example | +59125550138",
                "+ Luz Vega Toro | Fundación Red Clara | lvega@red.example | +59125550150",
            ][..],
        ),
        (
            "现推荐一名专家：\n\n姓名：鲁立新\n单位：晋北研究院\n电子邮箱：lulx@jb.example\n\n晋北研究院科技处（联系人：小赵，0351-5555 0170）\n",
            &["+ 鲁立新 | 晋北研究院 | lulx@jb.example | "][..],
        ),
        (
            "La empresa ha designado como experta a la Ing. Eva Rocha, jefa de la Unidad de Supervisión de Contenidos \
             (erocha@oper.example).\n\nOperadora del Guadalquivir S.A.\n",
            &["+ Eva Rocha | Operadora del Guadalquivir S.A. | erocha@oper.example | "][..],
        ),
    ] {
        assert_eq!(lines(&people(&rules, Kind::ContactSubmission, text)), wanted, "{text}");
    }
}

#[test]
fn a_writer_beside_others_has_his_own_details() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();

    let found = people(
        &rules,
        Kind::ContactSubmission,
        "I run the hotline at Netzkinder e.V. in Hamburg, Germany and would be happy to be on your list of experts. My colleague Dr Petra \
         Hahn (p.hahn@netz.example, +49 40 5555 0119) is interested too. My office number: +49 40 5555 0112.\n\nJonas Weidner\n",
    );

    assert_eq!(
        lines(&found),
        [
            "+ Petra Hahn | Netzkinder e.V. | p.hahn@netz.example | +494055550119",
            "+ Jonas Weidner | Netzkinder e.V. | office@secretariat.example | +494055550112",
        ]
    );
}

#[test]
fn the_body_that_one_comes_from_is_read_as_letters_say_it() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();

    for (text, wanted) in [
        // Explained: a kind of body behind the name, or before it.
        ("Bright Wave Tonga (an NGO in Neiafu) proposes Ms Ana Fifita, ana@bwt.example.\n", "Bright Wave Tonga"),
        ("Nous proposons Mme Ana Lune, de l'association Rives du Lac, ana@rdl.example.\n", "Rives du Lac"),
        ("Trabajo en Itsaso Argi, una ONG de Bermeo. Proponemos a la Sra. Ane Ruiz, ane@ia.example.\n", "Itsaso Argi"),
        // The subject that proposes.
        ("TelSur (Panama) hereby appoints Mr. Juan Rojas, juan@ts.example.\n", "TelSur"),
        ("Светлая Сеть предлагает включить г-на Ивана Лугового, lugovoy@ss.example.\n", "Светлая Сеть"),
        // A small word that leads to it.
        ("We nominate:\n\n* Ms Ana Fifita of Harbour Light Online, Suva (ana@hlo.example)\n", "Harbour Light Online"),
        // Written small in a sentence; a part of it stands for the whole.
        (
            "Je désigne Mme Ana Lune, sous-directrice au ministère de la Poste et des TIC, ana@mp.example.\n",
            "ministère de la Poste et des TIC",
        ),
        (
            "Proponemos a la Sra. Ane Ruiz, profesora de la Facultad de Derecho de la Universidad del Golfo, ane@ug.example.\n",
            "Universidad del Golfo",
        ),
        (
            "Предлагаю доцента кафедры связи Уральского технического университета Анну Луговую (a.lugovaya@dtu.example).\n",
            "Уральский технический университет",
        ),
        ("نرشح السيدة هدى سالم، أستاذة في كلية الحاسوب بجامعة الساحل، huda@us.example\n", "جامعة الساحل"),
        // A state's part of the name, and a participle.
        ("ترشح هيئة تنظيم الاتصالات بمملكة البحرين السيدة هدى سالم، huda@hto.example\n", "هيئة تنظيم الاتصالات بمملكة البحرين"),
        (
            "Национальная комиссия, осуществляющая регулирование связи, предлагает г-на Ивана Лугового, lugovoy@nk.example.\n",
            "Национальная комиссия, осуществляющая регулирование связи",
        ),
        ("江苏远帆研究总院推荐网络安全研究所副所长李雷先生，邮箱 lilei@yf.example。\n", "江苏远帆研究总院"),
    ] {
        let found = people(&rules, Kind::ContactSubmission, text);
        let bodies: Vec<_> = found.iter().map(|person| person.organization.as_deref().unwrap_or_default()).collect();
        assert_eq!(bodies, [wanted], "{text}");
    }
}
