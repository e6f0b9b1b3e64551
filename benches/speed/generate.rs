//! Letters for measuring: seeded, so that two runs measure the same ones. Six languages, the forms that a JCA's mailbox gets.

use fastrand::Rng;
use std::fmt::Write as _;
use std::path::Path;

/// Words of the running text of each language; enough to give a full-text index honest work.
const PROSE: [(&str, &str); 6] = [
    (
        "en",
        "the coordination activity collects information about child online protection from study groups and outside bodies and prepares a meeting where work plans schedules and deliverables are compared with the needs of members regulators operators schools hotlines families and researchers",
    ),
    (
        "fr",
        "l'activité conjointe recueille des informations sur la protection en ligne des enfants auprès des commissions d'études et des organismes extérieurs et prépare une réunion où les programmes de travail sont comparés aux besoins des membres des régulateurs des écoles et des familles",
    ),
    (
        "es",
        "la actividad conjunta reúne información sobre la protección de la infancia en línea de las comisiones de estudio y de los organismos externos y prepara una reunión donde se comparan los planes de trabajo con las necesidades de los miembros reguladores escuelas y familias",
    ),
    (
        "ru",
        "совместная деятельность собирает сведения о защите ребенка в онлайновой среде от исследовательских комиссий и внешних организаций и готовит собрание где планы работы сравниваются с потребностями членов регуляторов школ и семей",
    ),
    (
        "zh",
        "联合 协调 活动 向 各 研究组 和 外部 机构 收集 有关 保护 上网 儿童 的 信息 并 筹备 会议 比较 工作 计划 与 成员 监管 机构 学校 家庭 的 需要",
    ),
    (
        "ar",
        "يجمع نشاط التنسيق المشترك المعلومات عن حماية الأطفال على الإنترنت من لجان الدراسات والهيئات الخارجية ويعد اجتماعا تقارن فيه خطط العمل باحتياجات الأعضاء والمنظمين والمدارس والأسر",
    ),
];

/// The details of a person, by language: label lines with `{n}`, `{m}`, `{p}` for name, mailbox and phone.
const DETAILS: [&str; 6] = [
    "We nominate the following representative:\n\nName: {n}\nOrganization: Institute {i}\nCountry: Norway\nE-mail: {m}\nTel: {p}\n",
    "Nous désignons le représentant suivant :\n\nNom : {n}\nOrganisme : Institut {i}\nPays : Suisse\nCourriel : {m}\nTél. : {p}\n",
    "Designamos al siguiente representante:\n\nNombre: {n}\nOrganización: Instituto {i}\nPaís: Chile\nCorreo electrónico: {m}\nTeléfono: {p}\n",
    "Назначаем представителя:\n\nФИО: {n}\nОрганизация: Институт {i}\nСтрана: Беларусь\nЭл. почта: {m}\nТел.: {p}\n",
    "我单位提名以下专家：\n\n姓名：{n}\n单位：研究院{i}\n国家：中国\n电子邮件：{m}\n电话：{p}\n",
    "نرشح ممثلنا:\n\nالاسم: {n}\nالجهة: معهد {i}\nالبلد: تونس\nالبريد الإلكتروني: {m}\nالهاتف: {p}\n",
];

/// One letter, RFC 5322 with CRLF line ends; `index` makes it unique, `rng` everything else.
pub(crate) fn letter(index: usize, rng: &mut Rng) -> Vec<u8> {
    let language = rng.usize(0..PROSE.len());
    let mut text = String::new();
    if rng.u8(0..100) < 45 {
        let (name, mailbox) =
            (format!("Person {}{}", letters(rng, 5), index), format!("p{index}@body{}.example", rng.u32(0..900)));
        let phone = format!("+41 22 555 {:02} {:02}", rng.u8(0..100), rng.u8(0..100));
        let details = DETAILS[language].replace("{n}", &name).replace("{m}", &mailbox).replace("{p}", &phone);
        text.push_str(&details.replace("{i}", &letters(rng, 6)));
    }
    prose(&mut text, language, 120 + rng.usize(0..2400), rng);
    let mut raw = header(index, language, rng);
    match rng.u8(0..100) {
        0..55 => plain(&mut raw, &text),
        55..85 => alternative(&mut raw, &text, index),
        _ => with_attachment(&mut raw, &text, index, rng),
    }
    raw.replace('\n', "\r\n").into_bytes()
}

/// Writes `count` letters as a Maildir that both programs can read (`cur/`, names in order).
pub(crate) fn maildir(dir: &Path, count: usize, seed: u64) -> std::io::Result<u64> {
    let mut rng = Rng::with_seed(seed);
    let mut octets = 0;
    for folder in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(dir.join(folder))?;
    }
    for index in 0..count {
        let bytes = letter(index, &mut rng);
        octets += bytes.len() as u64;
        std::fs::write(dir.join("cur").join(format!("{:010}.{index}.bench:2,S", 1_340_000_000 + index)), bytes)?;
    }
    Ok(octets)
}

/// Reads every letter of a Maildir; what it has read is in the cache from then on.
pub(crate) fn octets_of(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir.join("cur")).into_iter().flatten().filter_map(Result::ok);
    files.filter_map(|file| std::fs::read(file.path()).ok()).map(|bytes| bytes.len() as u64).sum()
}

fn header(index: usize, language: usize, rng: &mut Rng) -> String {
    let (tag, _) = PROSE[language];
    let domain = format!("body{}.example", rng.u32(0..900));
    let (day, hour, minute) = (rng.u8(1..29), rng.u8(0..24), rng.u8(0..60));
    let reply = if index > 10 && rng.u8(0..10) < 3 {
        let earlier = index - 1 - rng.usize(0..10);
        format!("In-Reply-To: <bench.{earlier}@generator.example>\nReferences: <bench.{earlier}@generator.example>\n")
    } else {
        String::new()
    };
    format!(
        "Return-Path: <writer{}@{domain}>\nAuthentication-Results: mx.itu.int; dmarc=pass header.from={domain}\n\
         Received: from mail.{domain} (mail.{domain} [192.0.2.7]) by mx.itu.int; {day} Aug 2012 {hour:02}:{minute:02}:00 +0200\n\
         From: Writer {} <writer{}@{domain}>\nTo: tsbjcacop@itu.int\nSubject: JCA-COP {tag} {}\n\
         Date: {day} Aug 2012 {hour:02}:{minute:02}:00 +0200\nMessage-ID: <bench.{index}@generator.example>\n{reply}MIME-Version: 1.0\n",
        index % 900,
        letters(rng, 6),
        index % 900,
        letters(rng, 12),
    )
}

fn plain(raw: &mut String, text: &str) {
    let _infallible = write!(raw, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}");
}

fn alternative(raw: &mut String, text: &str, index: usize) {
    let html: String =
        text.lines().map(|line| format!("<p style=\"margin:0;font-family:Calibri,sans-serif\">{line}</p>\n")).collect();
    let _infallible = write!(
        raw,
        "Content-Type: multipart/alternative; boundary=\"b{index}\"\n\n--b{index}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\
         --b{index}\nContent-Type: text/html; charset=utf-8\n\n<html><body>{html}</body></html>\n--b{index}--\n"
    );
}

fn with_attachment(raw: &mut String, text: &str, index: usize, rng: &mut Rng) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut body = String::new();
    for _ in 0..200 + rng.usize(0..2400) {
        body.extend((0..76).map(|_| char::from(DIGITS[rng.usize(0..64)])));
        body.push('\n');
    }
    let _infallible = write!(
        raw,
        "Content-Type: multipart/mixed; boundary=\"m{index}\"\n\n--m{index}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\
         --m{index}\nContent-Type: application/octet-stream; name=\"data{index}.bin\"\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename=\"data{index}.bin\"\n\n{body}--m{index}--\n"
    );
}

fn prose(text: &mut String, language: usize, length: usize, rng: &mut Rng) {
    let (_, words) = PROSE[language];
    let words: Vec<&str> = words.split(' ').collect();
    let mut line = 0;
    let start = text.len();
    while text.len() - start < length {
        let word = words[rng.usize(0..words.len())];
        text.push_str(word);
        line += word.len();
        // A few rare words, as names and numbers are in real letters.
        if rng.u8(0..30) == 0 {
            let _infallible = write!(text, " {}{}", letters(rng, 4), rng.u16(..));
        }
        text.push(if line > 70 { '\n' } else { ' ' });
        line = if line > 70 { 0 } else { line };
    }
    text.push('\n');
}

fn letters(rng: &mut Rng, count: usize) -> String {
    (0..count).map(|_| rng.lowercase()).collect()
}
