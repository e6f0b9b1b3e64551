//! Attached documents: good files of each kind are read, hostile ones are read by a child that dies of them, and never stall.

use crate::support::files::{
    archive, docx, docx_table, drawn, letter_with, odf, paragraph, pdf, pdf_page, properties, sheet_row, tnef, tnef_file, utf16,
    workbook, xlsx,
};
use jcabot::documents::{Document, Format, Reader};
use jcabot::domain::steps::{Place, RawMail};
use jcabot::knowledge::open_documents;
use jcabot::mail::{self, Mail};
use jcabot::resources::Resources;
use jcabot::rules::Rules;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use zip::write::SimpleFileOptions;

const PATIENCE: Duration = Duration::from_secs(20);

fn reader() -> Reader {
    Reader::of(env!("CARGO_BIN_EXE_jcabot"))
}

fn read(format: Format, bytes: &[u8]) -> Document {
    reader().read(format, bytes.to_vec(), Instant::now() + PATIENCE).unwrap()
}

/// What is said of a file that is not read, and that it was said soon.
fn refused(format: Format, bytes: &[u8]) -> String {
    let began = Instant::now();
    let answer = reader().read(format, bytes.to_vec(), Instant::now() + PATIENCE);
    let error = answer.expect_err("a hostile file was read");
    assert!(began.elapsed() < Duration::from_secs(12), "took {:?}", began.elapsed());
    format!("{error:#}")
}

fn raw(bytes: Vec<u8>) -> RawMail {
    let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 1, uid: "1".to_owned() };
    let whole_size = bytes.len() as u64;
    RawMail { place, bytes, whole_size, received_at: None }
}

/// A letter with its documents opened.
fn opened(letter: Vec<u8>) -> Mail {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();
    let mut mail = mail::parse(&raw(letter), &rules.vocabulary);
    open_documents(&mut mail, &reader(), &rules.vocabulary);
    mail
}

#[test]
fn a_word_file_is_read_in_paragraphs_and_rows() {
    let body = [
        paragraph("Dear all,"),
        docx_table(&[&["Name", "E-mail"], &["Ann Example", "ann@body.example"]]),
        "<w:p><w:pPr><w:tabs><w:tab w:pos=\"9\"/></w:tabs></w:pPr><w:r><w:t>Tel.</w:t><w:tab/><w:t>+41&#x20;22</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>Once</w:t></mc:Choice><mc:Fallback><w:t>Twice</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>".to_owned(),
        "<w:p><w:del><w:r><w:t>Gone</w:t></w:r></w:del><w:ins><w:r><w:t>Stays</w:t></w:r></w:ins></w:p>".to_owned(),
    ];

    let document = read(Format::Text, &docx(&body.concat()));

    assert_eq!(document.text, "Dear all,\nName\tE-mail\nAnn Example\tann@body.example\n\nTel.\t+41 22\nOnce\nStays\n");
    assert_eq!(document.tables, [[["Name", "E-mail"], ["Ann Example", "ann@body.example"]]]);
}

#[test]
fn a_spreadsheet_is_read_as_people_see_it() {
    let rows = [
        sheet_row(1, &["Name", "Phone", "Since"]),
        "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>Ann</t></is></c><c r=\"B3\"><v>41227305853</v></c></row>".to_owned(),
    ];

    let document = read(Format::Sheet, &xlsx("A1:C3", &rows.concat()));

    assert_eq!(document.tables, [[vec!["Name", "Phone", "Since"], vec!["Ann", "41227305853"]]]);
}

#[test]
fn texts_and_sheets_of_libreoffice_are_read() {
    let body = "<office:text><text:tracked-changes><text:p>Gone</text:p></text:tracked-changes><text:h>Title</text:h>\
        <text:p>One<text:s/>line<text:tab/>more</text:p><table:table><table:table-row><table:table-cell><text:p>Name</text:p>\
        </table:table-cell><table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row></table:table></office:text>";

    let document = read(Format::Text, &odf(body));

    assert_eq!(document.text.trim_end(), "Title\nOne line\tmore\nName");
    assert_eq!(document.tables, [[["Name"]]]);
}

#[test]
fn a_row_of_a_pdf_stands_on_one_line_however_it_was_drawn() {
    let content = drawn(&[
        (200.0, 700.0, "JCA-COP"),
        (200.0, 680.0, "15 January 2013"),
        (72.0, 700.0, "For action to:"),
        (72.0, 680.0, "Deadline:"),
        (200.0, 667.0, "\\(SG11\\)"),
        (72.0, 620.0, "The group invites the activity to comment on the draft before it is approved, and would"),
        (72.0, 607.0, "welcome examples."),
    ]);

    let document = read(Format::Pdf, &pdf_page(&content));

    assert!(document.text.starts_with("For action to:\tJCA-COP\nDeadline:\t15 January 2013\n   (SG11)\n"), "{}", document.text);
    assert!(document.text.contains("and would welcome examples."), "{}", document.text);
    assert_eq!(document.tables, [[["For action to:", "JCA-COP"], ["Deadline:", "15 January 2013\n(SG11)"]]]);
}

#[test]
fn a_rich_text_under_the_name_of_doc_is_read() {
    let mail = opened(letter_with("List.doc", "application/msword", b"{\\rtf1\\ansi\\ansicpg1251 \\'c8\\'ea\\par}"));

    assert_eq!(mail.documents.len(), 1);
    assert_eq!(mail.documents[0].text, "Ик\n");
}

#[test]
fn what_winmail_dat_holds_is_read_like_any_attachment() {
    let csv = encoding_rs::WINDOWS_1251.encode("Имя;E-mail\nСветлана Исакова;isakova@body.example\n").0.into_owned();
    let inner = tnef(&tnef_file("вложенный.rtf", b"{\\rtf1 inner\\par}"));
    let mut object = vec![0; 16];
    object.extend(inner);
    let mut attributes = vec![(1, 0x0006_9003, properties(&[(0x1000, 0x1f, utf16("Прошу добавить наших экспертов."))]))];
    attributes.extend(tnef_file("список.csv", &csv));
    attributes.extend([(2, 0x0006_9002, vec![0; 14]), (2, 0x0006_9005, properties(&[(0x3701, 0x0d, object)]))]);
    let whole = tnef(&attributes);

    let mail = opened(letter_with("winmail.dat", "application/ms-tnef", &whole));

    let names: Vec<&str> = mail.attachments.iter().map(|attachment| attachment.name.as_str()).collect();
    assert_eq!(names, ["winmail.dat", "список.csv", "вложенный.rtf"]);
    assert!(
        mail.documents
            .iter()
            .any(|document| document.tables == [[["Имя", "E-mail"], ["Светлана Исакова", "isakova@body.example"]]])
    );
    assert!(mail.documents.iter().any(|document| document.text == "inner\n"));
    assert!(mail.attachments.iter().all(|attachment| attachment.document.is_none()));
}

#[test]
fn the_body_of_winmail_dat_stands_in_for_a_missing_one() {
    let whole = tnef(&[(1, 0x0006_9003, properties(&[(0x1000, 0x1f, utf16("Please add Ann Example to the list of JCA-COP."))]))]);
    let letter = String::from_utf8(letter_with("winmail.dat", "application/ms-tnef", &whole)).unwrap();
    let from = letter.find("Dear Secretariat").unwrap();
    let to = letter.find("--b\r\nContent-Type: application").unwrap();

    let mail = opened([letter.as_bytes()[..from].to_vec(), letter.as_bytes()[to..].to_vec()].concat());

    assert_eq!(mail.text.own.trim(), "Please add Ann Example to the list of JCA-COP.");
}

#[test]
fn files_of_text_are_documents_too() {
    let table = b"Name|E-mail\nAnn Example|ann@body.example\n";
    let html = b"<table><tr><th>Name</th><th>E-mail</th></tr><tr><td>Ann</td><td>a@b.example</td></tr></table>";

    assert_eq!(
        opened(letter_with("list.txt", "text/plain", table)).documents[0].tables[0][1],
        ["Ann Example", "ann@body.example"]
    );
    assert_eq!(opened(letter_with("list.html", "text/html", html)).documents[0].tables[0][1], ["Ann", "a@b.example"]);
}

#[test]
fn f33_a_reader_that_dies_leaves_a_remark() {
    let endless = docx(&"<w:p>".repeat(5000));

    let mail = opened(letter_with("x.docx", "application/octet-stream", &endless));

    assert!(mail.documents.is_empty());
    assert!(mail.defects.iter().any(|defect| defect.starts_with("an attached document was not read")), "{:?}", mail.defects);
}

#[test]
fn f33_a_letter_is_tried_by_a_child_whatever_the_charter() {
    let letter = letter_with("x.docx", "application/octet-stream", &docx(&paragraph("Dear all,")));

    for charter in ["jca-cop", "a-charter-of-the-operators-own"] {
        assert!(reader().survives(charter, &letter), "{charter}");
    }
}

/// A reader that does this instead of reading.
fn stub(dir: &tempfile::TempDir, script: &str) -> Reader {
    let path = dir.path().join("stub");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Reader::of(path)
}

#[test]
fn f34_a_reader_that_hangs_floods_or_lingers_is_ended() {
    let large = vec![b'x'; 4 << 20];
    for (script, words) in [
        ("exec sleep 60", "took too long"),
        ("exec 1>&-; exec sleep 60", "did not end"),
        ("exec cat /dev/zero", "far too much"),
        ("cat >/dev/null; sleep 60 & echo {}; exit 0", "nonsense"),
        ("kill -9 $$", "gave up"),
        ("echo nonsense", "nonsense"),
        ("exit 3", "gave up"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let began = Instant::now();

        let answer = stub(&dir, script).read(Format::Pdf, large.clone(), Instant::now() + Duration::from_millis(1500));

        let error = format!("{:#}", answer.unwrap_err());
        assert!(error.contains(words) || error.contains("took too long"), "{script}: {error}");
        assert!(began.elapsed() < Duration::from_secs(4), "{script}: {:?}", began.elapsed());
    }
}

#[test]
fn f34_a_flood_of_documents_waits_no_longer_than_its_letters_may() {
    let dir = tempfile::tempdir().unwrap();
    let reader = stub(&dir, "exec sleep 60");
    let began = Instant::now();

    let readings: Vec<_> = (0..24)
        .map(|_| {
            let reader = reader.clone();
            std::thread::spawn(move || reader.read(Format::Pdf, b"x".to_vec(), Instant::now() + Duration::from_secs(2)).is_err())
        })
        .collect();

    assert!(readings.into_iter().all(|reading| reading.join().unwrap()));
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

#[test]
fn f34_a_reader_can_open_no_file_reach_no_network_and_start_nothing() {
    let told = reader().examine().unwrap();

    assert!(told.contains("can open no file, reach no network and start no process"), "{told}");
}

#[test]
fn a16_bombs_in_archives_are_refused() {
    let zeros = vec![b' '; 60 << 20];
    let many: Vec<(String, Vec<u8>)> = (0..1200).map(|number| (format!("word/{number}.xml"), b"x".to_vec())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let nested = archive(&[("inner.docx", &docx(&paragraph("x")))]);
    let dense = archive(&[("word/document.xml", &zeros[..8 << 20])]);
    let mut lying = docx(&paragraph(&"x".repeat(100_000)));
    // The directory says that a hundred thousand octets are ten.
    let directory = lying.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    lying[directory + 24..directory + 28].copy_from_slice(&10_u32.to_le_bytes());

    for (bytes, words) in [
        (archive(&[("word/document.xml", &zeros)]), "more than is read"),
        (archive(&many), "entries"),
        (nested, "archives are not opened"),
        (dense, "too densely"),
        (overlapping(), "lie over each other"),
    ] {
        let told = refused(Format::Text, &bytes);
        assert!(told.contains(words), "{words}: {told}");
    }
    refused(Format::Text, &lying);
}

/// Two entries of the directory that lie at the same place.
fn overlapping() -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for name in ["word/document.xml", "word/documenu.xml"] {
        zip.start_file(name, options).unwrap();
        zip.write_all(b"<w:document/>").unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    let second = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bytes[second + 42..second + 46].copy_from_slice(&0_u32.to_le_bytes());
    bytes
}

#[test]
fn a17_a_sheet_that_lies_about_its_size_costs_nothing() {
    let far = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>";
    let began = Instant::now();

    let document = read(Format::Sheet, &xlsx("A1:XFD1048576", far));

    assert_eq!(document.tables[0][0], ["1"]);
    assert!(began.elapsed() < Duration::from_secs(2));
    for rows in ["<row r=\"0\"><c r=\"A0\"><v>1</v></c></row>", "<row r=\"9\"><c r=\"ZZZZZZ99999999999\"><v>1</v></c></row>"] {
        let answer = reader().read(Format::Sheet, xlsx("A0", rows), Instant::now() + PATIENCE);
        assert!(answer.is_err() || answer.is_ok_and(|document| document.text.len() < 100));
    }
    let cells = (1..=210_000).map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\"><v>1</v></c></row>")).collect::<String>();
    refused(Format::Sheet, &xlsx("A1:A210000", &cells));
}

#[test]
fn a18_entities_external_and_multiplied_are_refused() {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>";
    let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
    for prolog in [laughs, outside] {
        let word = format!("{prolog}<w:document xmlns:w=\"w\"><w:p><w:r><w:t>&a;&c;</w:t></w:r></w:p></w:document>");
        refused(Format::Text, &archive(&[("word/document.xml", word.as_bytes())]));
        let sheet = format!(
            "{prolog}<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&a;</t></is></c></row></sheetData></worksheet>"
        );
        refused(Format::Sheet, &workbook(sheet.as_bytes()));
        let text = format!("{prolog}<office:document-content><text:p>&a;</text:p></office:document-content>");
        refused(Format::Text, &archive(&[("content.xml", text.as_bytes())]));
    }
    let attributes = (0..80_000).map(|number| format!(" a{number}=\"\"")).collect::<String>();
    refused(Format::Text, &docx(&format!("<w:p{attributes}/>")));
    refused(Format::Text, &docx(&format!("{}{}", "<w:tbl>".repeat(400), "</w:tbl>".repeat(400))));
    // An entity that nobody declared is left out, the rest is read.
    assert_eq!(read(Format::Text, &docx(&paragraph("a&nbsp;b"))).text, "ab\n");
}

#[test]
fn a19_pdfs_that_turn_in_circles_or_swell_end_soon() {
    let catalog = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    let circle = pdf(&[catalog.clone(), "<< /Type /Pages /Kids [2 0 R] /Count 1 >>".to_owned()]);
    let parents = pdf(&[
        catalog.clone(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents 3 0 R >>".to_owned(),
    ]);
    let form = "q /X Do Q";
    let recursion = pdf(&[
        catalog.clone(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{form}\nendstream", form.len()),
        format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length {} >>\nstream\n{form}\nendstream",
            form.len()
        ),
    ]);
    let length = pdf(&[
        catalog,
        "<< /Type /Pages /Kids [3 0 R] /Count 99999999 >>".to_owned(),
        "<< /Length 3 0 R >>\nstream\nx\nendstream".to_owned(),
    ]);
    for bytes in [circle, parents, recursion, length, b"%PDF-1.4\nstartxref\n9\n%%EOF".to_vec(), b"%PDF-".to_vec()] {
        refused(Format::Pdf, &bytes);
    }
    assert!(refused(Format::Pdf, &pdf_page(&"q ".repeat(10))).contains("only pictures"));
}

#[test]
fn a20_loops_in_winmail_dat_end_soon() {
    let mut object = vec![0; 16];
    for _ in 0..40 {
        let attributes = [(2, 0x0006_9002, vec![0; 14]), (2, 0x0006_9005, properties(&[(0x3701, 0x0d, object.clone())]))];
        object = [vec![0; 16], tnef(&attributes)].concat();
    }
    let many: Vec<_> = (0..2000).flat_map(|number| tnef_file(&format!("{number}.txt"), b"x")).collect();
    let mut long = tnef(&tnef_file("x.txt", b"x"));
    long.extend([2, 0x0f, 0x80, 6, 0, 0xff, 0xff, 0xff, 0xff, 1, 2]);
    let counted = properties(&[(0x1000, 0x1f, utf16("x"))]);
    let lying = [&u32::MAX.to_le_bytes()[..], &counted[4..]].concat();
    let packed = [&[0xff; 4][..], &[0xff; 4], b"LZFu", &[0; 4], &[0xff; 3000]].concat();

    assert!(read(Format::Tnef, &object[16..]).files.is_empty());
    assert!(read(Format::Tnef, &tnef(&many)).files.len() <= 64);
    assert_eq!(read(Format::Tnef, &long).files.len(), 1);
    assert_eq!(read(Format::Tnef, &tnef(&[(1, 0x0006_9003, lying)])).text, "x");
    read(Format::Tnef, &tnef(&[(1, 0x0006_9003, properties(&[(0x1009, 0x102, packed)]))]));
}

#[test]
fn an_encrypted_or_foreign_file_is_said_to_be_unread() {
    for (name, bytes) in [
        ("x.pdf", &b"no pdf"[..]),
        ("x.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("x.xlsx", b"PK\x03\x04"),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("winmail.dat", b"x"),
    ] {
        let mail = opened(letter_with(name, "application/octet-stream", bytes));

        assert!(mail.documents.is_empty(), "{name}");
        assert!(mail.defects.iter().any(|defect| defect.contains("was not read")), "{name}: {:?}", mail.defects);
    }
}
