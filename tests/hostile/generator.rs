//! Hostile letters, made of lists of payloads and the places where they can stand. The same letters at every run.

use crate::support::files::{archive, base64, docx, paragraph, pdf, sheet_row, tnef, tnef_file, workbook, xlsx};

/// Free text of the sender: stands in every subject and body and may stand in nothing that leaves.
pub(crate) const FREE: &str = "Zqxfreetext";

/// One input.
pub(crate) struct Hostile {
    /// The row of the list of abuses that it belongs to, and what it tries.
    pub(crate) name: String,
    pub(crate) letter: Vec<u8>,
}

/// What a letter is made of; the rest is that of an honest one.
#[derive(Clone, Default)]
struct Made {
    from: Option<String>,
    subject: Option<String>,
    headers: String,
    body: Option<String>,
    html: Option<String>,
    files: Vec<(String, String, Vec<u8>)>,
}

#[derive(Default)]
struct Maker {
    all: Vec<Hostile>,
}

/// All inputs.
pub(crate) fn all() -> Vec<Hostile> {
    let mut maker = Maker::default();
    maker.injected_headers();
    maker.split_addresses();
    maker.names_that_lie();
    maker.formulas();
    maker.components();
    maker.documents();
    maker.mime_bombs();
    maker.charsets();
    maker.slow_matches();
    maker.long_lists();
    maker.terminals();
    maker.paths();
    maker.smuggled();
    maker.poison();
    maker.all
}

/// The letter that the hostile ones are compared with.
pub(crate) fn honest() -> Vec<u8> {
    build(0, &Made { body: Some(person("Jane Marlowe", "Marlowe Works Ltd", "Engineer")), ..Made::default() })
}

/// A labelled nomination.
fn person(name: &str, organization: &str, role: &str) -> String {
    format!(
        "Study Group 13 designates the following representative to JCA-COP. {FREE}\r\n\r\nName: {name}\r\nOrganization: {organization}\r\n\
         Position: {role}\r\nCountry: Canada\r\nE-mail: jane@works.example\r\nTel: +1 613 555 0142\r\n"
    )
}

/// A labelled statement.
fn statement(title: &str, source: &str) -> String {
    format!(
        "LIAISON STATEMENT\r\nSource: {source}\r\nTitle: {title}\r\nFor action to: JCA-COP\r\nApproval: SG13 meeting\r\n\
         Deadline: 15 January 2013\r\nContact: Jane Marlowe, jane@works.example\r\n\r\n{FREE} JCA-COP is asked to comment.\r\n"
    )
}

/// A name for each number: whoever has the name of somebody on file under another address is nobody to be believed (A12).
fn named(number: usize) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "do", "fe", "gu", "ka", "mo", "pe", "ru", "sa", "te"];
    let digits = number.to_string();
    let syllables = digits.chars().filter_map(|digit| SYLLABLES.get(digit.to_digit(10)? as usize));
    if number == 0 { "Jane Marlowe".to_owned() } else { format!("Jane Marlowe-T{}", syllables.copied().collect::<String>()) }
}

fn build(number: usize, made: &Made) -> Vec<u8> {
    let name = named(number);
    let from = made.from.clone().unwrap_or_else(|| format!("Jane Marlowe <jane@w{number}.example>"));
    let from = from.replace("Jane Marlowe", &name);
    let subject = made.subject.clone().unwrap_or_else(|| format!("Representative of Study Group 13 {FREE}"));
    let mut letter = format!(
        "Return-Path: <jane@w{number}.example>\r\n\
         Authentication-Results: mx.itu.int; spf=pass smtp.mailfrom=w{number}.example; dkim=pass header.d=w{number}.example; dmarc=pass header.from=w{number}.example\r\n\
         From: {from}\r\nTo: tsbjcacop@itu.int\r\nSubject: {subject}\r\nMessage-ID: <hostile-{number}@w{number}.example>\r\n\
         Date: Mon, 20 Aug 2012 10:15:32 +0200\r\nMIME-Version: 1.0\r\n{}",
        made.headers
    );
    // Who writes about himself from his own address gets on the list, so that the lists are full of what was sent.
    let own = format!("jane@w{number}.example");
    let body = made.body.clone().unwrap_or_else(|| person("Jane Marlowe", "Marlowe Works Ltd", "Engineer"));
    let body = body.replace("jane@works.example", &own).replace("Jane Marlowe", &name);
    if made.files.is_empty() && made.html.is_none() {
        letter += &format!("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}");
        return letter.into_bytes();
    }
    letter += "Content-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n";
    match &made.html {
        Some(html) => {
            letter += &format!(
                "--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}\r\n",
                html.replace("jane@works.example", &own).replace("Jane Marlowe", &name)
            )
        }
        None => letter += &format!("--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"),
    }
    let mut letter = letter.into_bytes();
    for (name, content_type, content) in &made.files {
        letter.extend(format!("--=_b\r\nContent-Type: {content_type}\r\nContent-Disposition: attachment; {name}\r\n").bytes());
        letter.extend(b"Content-Transfer-Encoding: base64\r\n\r\n");
        let own = String::from_utf8(content.clone()).map(|text| text.replace("jane@works.example", &own).into_bytes());
        letter.extend(base64(own.as_ref().unwrap_or(content)).bytes());
        letter.extend(b"\r\n");
    }
    letter.extend(b"--=_b--\r\n");
    letter
}

/// What the nth item of a list says.
type Item = fn(usize) -> String;

/// Lists: name, head, what stands between the items, how many, and what each says.
const LISTS: [(&str, &str, &str, usize, Item); 24] = [
    ("lines", "We nominate the following experts, and me:", "\r\n", 1_500, |n| {
        format!("{n}. Ms {}, Director, {n}@x{n}.example, +41 22 730 {n:04}", latin(n))
    }),
    ("names", "We nominate the following experts:", "\r\n", 4_000, latin),
    ("bullets", "We nominate:", "\r\n", 2_000, |n| format!("- Mr {}, Ministry of {}", latin(n), word(n))),
    ("records", "We nominate:", "\r\n\r\n", 1_500, |n| {
        format!("Name: {}\r\nOrganization: {} Institute\r\nE-mail: {n}@x{n}.example\r\nTel: +41 22 730 {n:04}", latin(n), word(n))
    }),
    ("one sentence", "We nominate", ", ", 1_500, |n| format!("Ms {} ({n}@x{n}.example)", latin(n))),
    ("one sentence of names", "We nominate", " and ", 1_500, |n| {
        format!("Dr {}, Head of the {} Department of the Ministry of {}", latin(n), word(n), word(n + 7))
    }),
    ("successors", "Please change:", " ", 1_500, |n| format!("Ms {} replaces Mr {}.", latin(n), latin(n + 5_000))),
    ("lines of successors", "Please change:", "\r\n", 1_500, |n| format!("Ms {} replaces Mr {}.", latin(n), latin(n + 5_000))),
    ("leavers", "Please remove from your list:", "\r\n", 1_500, |n| format!("{} ({n}@x{n}.example)", latin(n))),
    ("Russian lines", "Направляем список экспертов и меня:", "\r\n", 1_500, |n| {
        format!("{n}. г-жа {} {}овна, директор, {n}@x{n}.example, тел. +7 495 730 {n:04}", cyrillic(n), cyrillic(n + 7))
    }),
    ("Arabic lines", "نرشح الخبراء التالية أسماؤهم:", "\r\n", 1_500, |n| {
        format!("{n}. السيد {} {}، مدير، {n}@x{n}.example", arabic(n), arabic(n * 3 + 1))
    }),
    ("an Arabic sentence", "نرشح", " و", 1_500, |n| {
        format!("السيد {} {} مدير وزارة {}", arabic(n), arabic(n * 3 + 1), arabic(n))
    }),
    ("Chinese lines", "现推荐以下专家:", "\r\n", 1_500, |n| {
        format!("{n}. 王{}先生,主任,{n}@x{n}.example,电话 +86 10 8888 {n:04}", chinese(n))
    }),
    ("a Chinese sentence", "现推荐", "、", 4_000, |n| format!("李{}(工业和信息化部主任)", chinese(n))),
    ("bodies", "We nominate Ms Jane Roe.", ", ", 2_500, |n| {
        format!("Ministry of {} and {} of the Republic of {}", word(n), word(n + 7), word(n + 11))
    }),
    ("hosts", "We nominate Ms Jane Roe.", "\r\n", 4_000, |n| format!("{n}@{}.example {}", word(n).to_lowercase(), word(n))),
    ("numbers", "We nominate Ms Jane Roe.", "\r\n", 4_000, |n| format!("Tel. +41 22 730 {n:04} Ms {}", latin(n))),
    ("functions", "Please change my address. I am Head now.", ", ", 1_500, |n| {
        format!("now Head of X{n}, she is Director of Y{n}, no longer Z{n}@a.example")
    }),
    ("writers", "Please add us.", " ", 900, |n| {
        format!(
            "I am {}, the Director of {}, and me, the Head of {}, please add me and my colleague {}.",
            latin(n),
            word(n),
            word(n),
            latin(n + 1)
        )
    }),
    ("old and new", "Please change:", "\r\n", 2_500, |n| format!("Old: {n}@x{n}.example\r\nNew: {}@x{n}.example", n + 1)),
    ("closings", "We nominate Ms Jane Roe.", "\r\n\r\n", 2_000, |n| format!("Best regards,\r\n{}\r\nDirector", latin(n))),
    ("greetings", "We nominate Ms Jane Roe.", "\r\n\r\n", 3_000, |n| format!("Dear Ms {},", latin(n))),
    ("addressees", "LIAISON STATEMENT\r\n\r\nTitle: x\r\nFrom: SG 13\r\nFor: action\r\nTo:", ", ", 6_000, |n| {
        format!("ITU-T SG{n}")
    }),
    ("statements", "LIAISON STATEMENT to JCA-COP\r\n\r\n", " ", 800, |n| {
        format!(
            "We kindly ask ISO/IEC JTC 1/SC {n} to reply by {} September 2012 on COM 13 - LS {n} - E; contact Ms {}.",
            n % 28 + 1,
            latin(n)
        )
    }),
];

/// A word for each number, of syllables for its digits.
fn spelt(number: usize, syllables: [&str; 10]) -> String {
    number.to_string().chars().filter_map(|digit| syllables.get(digit.to_digit(10)? as usize).copied()).collect()
}

fn word(number: usize) -> String {
    format!("X{}", spelt(number, ["ba", "do", "fe", "gu", "ka", "mo", "pe", "ru", "sa", "te"]))
}

fn latin(number: usize) -> String {
    format!("{} R{}", word(number), word(number * 7 + 3).to_lowercase())
}

fn cyrillic(number: usize) -> String {
    format!("Х{}", spelt(number, ["ба", "до", "фе", "гу", "ка", "мо", "пе", "ру", "са", "те"]))
}

fn arabic(number: usize) -> String {
    spelt(number, ["با", "دو", "في", "جو", "كا", "مو", "بي", "رو", "سا", "تي"])
}

fn chinese(number: usize) -> String {
    spelt(number % 100, ["明", "华", "建", "国", "志", "强", "丽", "娜", "文", "军"])
}

fn encoded(text: &str) -> String {
    let octets: String = text.bytes().map(|byte| format!("={byte:02X}")).collect();
    format!("=?utf-8?q?{octets}?=")
}

fn card(field: &str, value: &str) -> Vec<u8> {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane Marlowe\r\nN:Marlowe;Jane\r\nORG:Marlowe Works Ltd\r\nEMAIL:jane@works.example\r\n{field}:{value}\r\nEND:VCARD\r\n"
    )
    .into_bytes()
}

fn file(name: &str, content_type: &str, content: Vec<u8>) -> (String, String, Vec<u8>) {
    (format!("filename=\"{name}\""), content_type.to_owned(), content)
}

impl Maker {
    fn add(&mut self, name: &str, made: Made) {
        let number = self.all.len() + 1;
        self.all.push(Hostile { name: format!("{name} ({number})"), letter: build(number, &made) });
    }

    fn raw(&mut self, name: &str, letter: Vec<u8>) {
        let number = self.all.len() + 1;
        self.all.push(Hostile { name: format!("{name} ({number})"), letter });
    }

    /// The address of the next letter, which its authentication results speak of.
    fn address(&self) -> String {
        format!("jane@w{}.example", self.all.len() + 1)
    }

    /// A payload at every place from which a name or title is taken.
    fn everywhere(&mut self, row: &str, payload: &str) {
        let address = self.address();
        self.add(&format!("{row} in From"), Made { from: Some(format!("{} <{address}>", encoded(payload))), ..Made::default() });
        self.add(
            &format!("{row} in the subject"),
            Made { subject: Some(encoded(&format!("{FREE} {payload}"))), ..Made::default() },
        );
        self.add(
            &format!("{row} in a name"),
            Made { body: Some(person(payload, "Marlowe Works Ltd", "Engineer")), ..Made::default() },
        );
        self.add(
            &format!("{row} in an organization"),
            Made { body: Some(person("Jane Marlowe", payload, "Engineer")), ..Made::default() },
        );
        self.add(
            &format!("{row} in a title"),
            Made { body: Some(statement(payload, "ITU-T Study Group 13")), ..Made::default() },
        );
        let row_of = |cells: &[&str]| cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>();
        let html = format!(
            "<p>{FREE} our representative in JCA-COP:</p><table><tr>{}</tr><tr>{}</tr></table>",
            row_of(&["Name", "Organization", "E-mail"]),
            row_of(&[&payload.replace('<', "&lt;"), "Marlowe Works Ltd", "jane@works.example"])
        );
        self.add(&format!("{row} in a cell"), Made { html: Some(html), ..Made::default() });
        let files = vec![file("jane.vcf", "text/vcard", card("TITLE", payload))];
        self.add(&format!("{row} in a card"), Made { files, ..Made::default() });
        let csv = format!(
            "Name,Organization,E-mail\r\n\"{}\",\"Marlowe Works Ltd\",jane@works.example\r\n",
            payload.replace('"', "\"\"")
        );
        self.add(
            &format!("{row} in a list"),
            Made { files: vec![file("list.csv", "text/csv", csv.into_bytes())], ..Made::default() },
        );
    }

    /// A10.
    fn injected_headers(&mut self) {
        for payload in [
            "Eve\r\nBcc: victim@body.example",
            "Eve\nBcc: victim@body.example",
            "Eve\rX-Evil: 1",
            "Eve\0\r\n\r\n<html>second body",
            "Eve\u{85}Bcc: victim@body.example\u{2028}X-Evil: 1",
            "Eve%0D%0ABcc: victim@body.example",
        ] {
            self.everywhere("A10 header injection", payload);
        }
        for name in [
            "filename*=utf-8''a%0D%0AX-Evil:%20y.txt",
            "filename=\"a\r\n\tX-Evil: y.txt\"",
            "filename*0=\"a\r\n\"; filename*1=\"X-Evil: 1\"",
        ] {
            self.add(
                "A10 header injection in a file's name",
                Made { files: vec![(name.to_owned(), "text/plain".to_owned(), b"x".to_vec())], ..Made::default() },
            );
        }
        for header in [
            "Reply-To: =?utf-8?q?x=0D=0ABcc:_v@body.example?= <jane@w.example>\r\n",
            "References: <a@b.example>\r\n\tBcc: v@body.example\r\n",
            "In-Reply-To: <a@b\r\n .example>\r\nReferences: <x\u{1}@y.example> <\u{430}@y.example>\r\n",
        ] {
            self.add("A10 header injection in a field that answers copy", Made { headers: header.to_owned(), ..Made::default() });
        }
    }

    /// A11.
    fn split_addresses(&mut self) {
        for from in [
            "=?utf-8?q?admin=40itu.example=3e?=x@evil.example",
            "\"a@itu.example\"@evil.example",
            "admin@itu.example(@evil.example",
            "<@a,@b:c@d.example>",
            "user@[IPv6:::1]",
            "user@[192.0.2.1]",
            "a@itu.example, b@evil.example",
            "a@itu.example <b@evil.example>, <c@evil.example>",
            "a@itu.example\0@evil.example",
            "\"x\\\"@itu.example\" <y@evil.example>",
            "<a@itu.example> <b@evil.example>",
            "<<a@itu.example>>",
            "a@itu.example@evil.example",
            "a @ evil . example",
            "a@evil.example>",
            "<a@evil.example",
            "Group: a@evil.example, b@evil.example;",
            "a@-evil.example",
            "a@evil..example",
            ".a@evil.example",
            "=?utf-8?q?a?=@=?utf-8?q?evil.example?=",
            "a@evil.example\r\nFrom: b@evil.example",
            "",
            "x",
            "@",
            "<>",
        ] {
            self.add("A11 address splitting", Made { from: Some(from.to_owned()), ..Made::default() });
        }
    }

    /// A12.
    fn names_that_lie(&mut self) {
        for name in [
            "chair@itu.int",
            "Asheley Heineman",
            "\u{410}sheley Heineman",
            "Heineman Asheley",
            "ASHELEY HEINEMAN",
            "Ashele\u{443} Heineman",
            "Ash\u{435}ley H\u{435}ineman",
            "p\u{430}yp\u{430}l support",
            "tsbjcacop@itu.int via JCA",
            "Αsheley Marlowe",
        ] {
            let address = self.address();
            self.add("A12 a name that lies", Made { from: Some(format!("{} <{address}>", encoded(name))), ..Made::default() });
        }
        for hidden in [
            "Joh\u{200b}n M\u{2060}iller",
            "John \u{202e}relliM",
            "\u{2066}John\u{2069} Miller",
            "John\u{e0041}\u{e0042} Miller",
            "\u{feff}John\u{ad} Miller",
            "J\u{61c}ohn Miller",
        ] {
            self.everywhere("A12 hidden characters", hidden);
        }
    }

    /// A14.
    fn formulas(&mut self) {
        for payload in [
            "=cmd|'/c calc'!A1",
            "+cmd|' /C calc'!A0",
            "-2+3+cmd|' /C calc'!A0",
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "\t=1+1",
            "\r=1+1",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM(A1)",
            ";=1+1",
            "\",=1+1",
            "=HYPERLINK(\"http://evil.example\")",
            " =1+1",
            "\u{a0}=1+1",
            "'=1+1",
            "\u{feff}=1+1",
            "%=1+1",
        ] {
            self.add("A14 formula in a name", Made { body: Some(person(payload, "Works", "Engineer")), ..Made::default() });
            self.add("A14 formula in a role", Made { body: Some(person("Jane Marlowe", "Works", payload)), ..Made::default() });
            let csv =
                format!("Name;Organization;E-mail\r\n\"Jane {0}\";\"{0}\";jane@works.example\r\n", payload.replace('"', "\"\""));
            self.add(
                "A14 formula in a list",
                Made { files: vec![file("list.csv", "text/csv", csv.into_bytes())], ..Made::default() },
            );
            let escaped = payload.replace('&', "&amp;").replace('<', "&lt;");
            let sheet = [
                sheet_row(1, &["Name", "Organization", "E-mail"]),
                sheet_row(2, &["Jane Marlowe", &escaped, "jane@works.example"]),
            ];
            let files = vec![file("list.xlsx", "application/octet-stream", xlsx("A1:C2", &sheet.concat()))];
            self.add("A14 formula in a sheet", Made { files, ..Made::default() });
        }
    }

    /// A15.
    fn components(&mut self) {
        for payload in [
            "x\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Eve",
            "x\\nEND:VCARD\\nBEGIN:VCARD",
            "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Eve",
            "x\\nEND:VEVENT",
            "a\";X=\"mailto:eve@evil.example",
            "x\nATTACH:file:///etc/passwd",
        ] {
            self.everywhere("A15 component injection", payload);
        }
        for event in [
            "RRULE:FREQ=SECONDLY",
            "DTSTART:00000101T000000Z",
            "DTSTART:99991231T235959Z",
            "DTSTART;TZID=Loop:20120101T000000",
            "ATTENDEE;CN=\"a\";X=\"mailto:b\":mailto:jane@works.example",
        ] {
            for method in ["REQUEST", "CANCEL", "REPLY"] {
                let calendar = format!(
                    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:{FREE}\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
                );
                let files = vec![file("invite.ics", &format!("text/calendar; method={method}"), calendar.into_bytes())];
                self.add("A15 calendar", Made { files, ..Made::default() });
            }
        }
    }

    /// A16 to A20.
    fn documents(&mut self) {
        let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><w:document><w:t>&b;</w:t></w:document>";
        let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><w:document><w:t>&a;</w:t></w:document>";
        let far = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>";
        let circle =
            pdf(&["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), "<< /Type /Pages /Kids [2 0 R] /Count 1 >>".to_owned()]);
        let many: Vec<_> = (0..500).flat_map(|number| tnef_file(&format!("{number}.txt"), b"x")).collect();
        let files: [(&str, Vec<u8>); 14] = [
            ("bomb.docx", archive(&[("word/document.xml", &vec![b' '; 20 << 20])])),
            ("laughs.docx", archive(&[("word/document.xml", laughs.as_bytes())])),
            ("outside.docx", archive(&[("word/document.xml", outside.as_bytes())])),
            ("nested.docx", archive(&[("a.docx", &docx(&paragraph("x")))])),
            ("deep.docx", docx(&"<w:tbl>".repeat(2000))),
            ("slip.docx", archive(&[("../../etc/cron.d/x", b"x"), ("word/document.xml", b"<w:document/>")])),
            ("far.xlsx", xlsx("A1:XFD1048576", far)),
            ("laughs.xlsx", workbook(laughs.as_bytes())),
            ("circle.pdf", circle),
            ("short.pdf", b"%PDF-1.4".to_vec()),
            ("winmail.dat", tnef(&many)),
            ("short.dat", vec![0x78, 0x9f, 0x3e, 0x22]),
            ("x.rtf", format!("{{\\rtf1{}", "{\\u1".repeat(200_000)).into_bytes()),
            ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".repeat(1000)),
        ];
        for (name, content) in files {
            self.add(
                &format!("A16-A20 {name}"),
                Made { files: vec![file(name, "application/octet-stream", content)], ..Made::default() },
            );
        }
    }

    /// A21.
    fn mime_bombs(&mut self) {
        let head = format!("From: jane@evil.example\r\nTo: tsbjcacop@itu.int\r\nSubject: {FREE}\r\nMIME-Version: 1.0\r\n");
        let nested: String = (0..20_000)
            .map(|depth| format!("Content-Type: multipart/mixed; boundary=\"{depth}\"\r\n\r\n--{depth}\r\n"))
            .collect();
        let parts = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\n\r\nx\r\n".repeat(100_000));
        let letters: String = (0..200).map(|_| "Content-Type: message/rfc822\r\n\r\n").collect();
        for (name, letter) in [
            ("nested parts", format!("{head}{nested}")),
            ("many parts", format!("{head}{parts}")),
            ("letters in letters", format!("{head}{letters}")),
            ("many fields", format!("{head}{}\r\nx", "X-A: b\r\n".repeat(200_000))),
            ("a long field", format!("{head}X-A: {}\r\n\r\nx", "b".repeat(2_000_000))),
            ("many addresses", format!("{head}Cc: {}\r\n\r\nx", "a@b.example, ".repeat(100_000))),
            ("many groups", format!("{head}Cc: {}\r\n\r\nx", "g:;".repeat(300_000))),
            ("no end of comments", format!("{head}Cc: {}\r\n\r\nx", "(".repeat(300_000))),
            (
                "a boundary of nothing",
                format!("{head}Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nx\r\n----\r\n"),
            ),
            (
                "a boundary of everything",
                format!("{head}Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\nx", "b".repeat(100_000)),
            ),
            ("many parameters", format!("{head}Content-Type: text/plain{}\r\n\r\nx", "; a=b".repeat(100_000))),
            (
                "many continuations",
                format!(
                    "{head}Content-Type: text/plain{}\r\n\r\nx",
                    (0..20_000).map(|n| format!("; name*{n}=b")).collect::<String>()
                ),
            ),
        ] {
            self.raw(&format!("A21 {name}"), letter.into_bytes());
        }
    }

    /// A22.
    fn charsets(&mut self) {
        let open = "=?utf-8?q?".repeat(100_000);
        for subject in [
            "=?utf-7?q?+ADw-script+AD4-?=",
            "=?utf-8?q?=3D?utf-8?b?PHNjcmlwdD4=?=",
            "=?utf-8?q?=3D=3Futf-8=3Fb=3FPHNjcmlwdD4=3D=3F=3D?=",
            "=?x-unknown?b?gICAgA==?=",
            "=?utf-8?b?wK4=?=",
            "=?utf-8?b?AA==?=",
            "=?iso-2022-jp?b?GyRCGyhC?=",
            "=?hz-gb-2312?q?~{~}?=",
            "=?utf-16?b?AGE=?=",
            "=?utf-8?b?!!!!?=",
            "=?utf-8*en?q?x?=",
            "=?utf-8?q?=ED=A0=80?=",
            "=?utf-8?x?x?=",
            "=??q?x?=",
            "=?",
            &open,
        ] {
            self.add("A22 encoded words", Made { subject: Some(format!("{FREE} {subject}")), ..Made::default() });
        }
        for (charset, body) in [
            ("utf-7", &b"+ADw-script+AD4-"[..]),
            ("utf-8", b"\xc0\xae\xc0\xae\xed\xa0\x80\xf5\x80\x80\x80"),
            ("iso-2022-jp", b"\x1b$B\x1b$B\x1b(B\x1b$"),
            ("hz-gb-2312", b"~{~{~{"),
            ("utf-16", b"\xff\xfe\0\xd8\0\xd8"),
            ("x-unknown", b"\x80\x81\x82"),
            ("\0", b"x"),
            ("us-ascii", b"\xff\xfe\xfd"),
            ("unicode-1-1-utf-7", b"+AAAAAA-"),
            ("iso-8859-1", &[0x9b; 500]),
        ] {
            let head = format!(
                "From: jane@evil.example\r\nTo: tsbjcacop@itu.int\r\nSubject: {FREE}\r\nContent-Type: text/plain; charset={charset}\r\n\r\nName: "
            );
            self.raw(
                &format!("A22 charset {}", charset.escape_default()),
                [head.as_bytes(), body, b"\r\nE-mail: jane@works.example\r\n"].concat(),
            );
        }
    }

    /// A23.
    fn slow_matches(&mut self) {
        for (name, body) in [
            ("quotes", "> ".repeat(100_000)),
            ("quote lines", "> x\r\n".repeat(50_000)),
            ("letters", "a".repeat(400_000)),
            ("digits", "1 ".repeat(100_000)),
            ("colons", "Name: ".repeat(30_000)),
            ("at signs", "a@".repeat(100_000)),
            ("addresses", "a@b.example ".repeat(20_000)),
            ("dots", ".".repeat(200_000)),
            ("blanks", format!("x{}y", " ".repeat(300_000))),
            ("newlines", "\r\n".repeat(100_000)),
            ("headers in the body", "From: x\r\nSent: y\r\nTo: z\r\nSubject: w\r\n\r\n".repeat(5_000)),
            ("dates", "by 30 September 2012 ".repeat(10_000)),
            ("tabs", "a\tb\t".repeat(50_000)),
            ("brackets", "(".repeat(100_000)),
            ("ideographs", "专家".repeat(60_000)),
            ("alefs", "ال".repeat(60_000)),
            ("names", "Name: Jane Marlowe\r\nE-mail: jane@works.example\r\n\r\n".repeat(3_000)),
            ("phones", "+1 613 555 0142 ".repeat(10_000)),
        ] {
            self.add(&format!("A23 {name}"), Made { body: Some(format!("{FREE} {body}")), ..Made::default() });
        }
        self.add("A23 tables", Made { html: Some("<table><tr><td>x".repeat(20_000)), ..Made::default() });
        self.add("A23 tags", Made { html: Some("<div><b><i>".repeat(20_000)), ..Made::default() });
        self.add("A23 open paragraphs", Made { html: Some("<p ".repeat(100_000)), ..Made::default() });
        self.add("A23 nested paragraphs", Made { html: Some(format!("{}>", "<p ".repeat(100_000))), ..Made::default() });
        self.add("A23 angles", Made { html: Some("<".repeat(200_000)), ..Made::default() });
    }

    /// A23: what is looked for beside each of many people, bodies or addresses, who all have names of their own.
    fn long_lists(&mut self) {
        for (name, head, between, count, item) in LISTS {
            let body = (1..=count).map(item).collect::<Vec<_>>().join(between);
            self.add(&format!("A23 list: {name}"), Made { body: Some(format!("{head}\r\n{body}\r\n")), ..Made::default() });
        }
        let rows = |n: usize| format!("{},{} Institute,{n}@x{n}.example,+4122730{n:04}\r\n", latin(n), word(n));
        let table: String =
            std::iter::once("Name,Organization,E-mail,Phone\r\n".to_owned()).chain((1..=5_000).map(rows)).collect();
        self.add("A23 list: a file", Made { files: vec![file("l.csv", "text/csv", table.into_bytes())], ..Made::default() });
        let one = |n: usize| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\nEMAIL:{n}@x{n}.example\r\nEND:VCARD\r\n", latin(n));
        let cards: String = (1..=3_000).map(one).collect();
        self.add("A23 list: cards", Made { files: vec![file("l.vcf", "text/vcard", cards.into_bytes())], ..Made::default() });
    }

    /// A28.
    fn terminals(&mut self) {
        for payload in [
            "x\u{1b}]0;pwn\u{7}",
            "\u{1b}[2J\u{1b}[H",
            "x\n2026-01-01T00:00:00Z ERROR fake",
            "\u{9b}31m",
            "\u{2028}fake\u{2029}",
            "\u{8}\u{8}\u{8}rm",
        ] {
            self.everywhere("A28 terminal escapes", payload);
        }
    }

    /// A30.
    fn paths(&mut self) {
        let long = "a".repeat(5000);
        for name in [
            "../../etc/cron.d/x",
            "..\\..\\x",
            "C:\\x.docx",
            "con.pdf",
            "a\0.pdf",
            &long,
            ".htaccess",
            "\u{202e}fdp.exe",
            "/etc/passwd",
            "~/.ssh/authorized_keys",
            "a/../../b.vcf",
            "..",
            ".",
            "",
            "file:///etc/passwd",
            "$(reboot).csv",
            "`reboot`.csv",
            "-rf",
            "a\r\nb.txt",
            "%2e%2e%2fx",
        ] {
            let files = vec![(
                format!("filename*=utf-8''{}", name.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>()),
                "application/octet-stream".to_owned(),
                b"x".to_vec(),
            )];
            self.add("A30 path", Made { files, ..Made::default() });
        }
        self.add(
            "A30 path in winmail.dat",
            Made {
                files: vec![file("winmail.dat", "application/ms-tnef", tnef(&tnef_file("../../etc/cron.d/x", b"x")))],
                ..Made::default()
            },
        );
    }

    /// A31.
    fn smuggled(&mut self) {
        for payload in [
            "x\n.\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<victim@body.example>\r\nDATA\r\n",
            "x\r.\rMAIL FROM:<eve@evil.example>",
            "x\r\n.\r\nQUIT\r\n",
            "x\n.\nQUIT",
            ".",
            "..x",
        ] {
            self.everywhere("A31 smuggling", payload);
        }
    }

    /// A33.
    fn poison(&mut self) {
        for payload in [
            "<script>alert(1)</script>",
            "<img src=http://evil.example/x>",
            "https://evil.example/login",
            "www.evil.example",
            "eve@evil.example",
            "<a href='javascript:alert(1)'>x</a>",
            "{{ charter.mailbox }}",
            "{% include 'x' %}",
            "</td></tr></table><h1>Paid</h1>",
            "&lt;script&gt;",
        ] {
            self.add("A33 in a title", Made { body: Some(statement(payload, "ITU-T Study Group 13")), ..Made::default() });
            self.add("A33 in a source", Made { body: Some(statement("On ages", payload)), ..Made::default() });
            self.add("A33 in a name", Made { body: Some(person(payload, payload, payload)), ..Made::default() });
        }
        let long = "long ".repeat(5_000);
        self.add("A33 a long title", Made { body: Some(statement(&long, "ITU-T Study Group 13")), ..Made::default() });
    }
}
