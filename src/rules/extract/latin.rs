//! Latin letters for names that addresses are made of.

use unicode_normalization::UnicodeNormalization;

/// A text in small Latin letters without marks, Cyrillic letters as passports write them; `None` for any other script.
pub(super) fn latin(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for c in text.to_lowercase().nfd() {
        match c {
            'а'..='я' | 'ё' | 'і' | 'ї' | 'є' | 'ґ' | 'ў' => out.push_str(cyrillic(c)),
            'ß' => out.push_str("ss"),
            'ł' => out.push('l'),
            'ø' => out.push('o'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'đ' | 'ð' => out.push('d'),
            'þ' => out.push_str("th"),
            'ı' => out.push('i'),
            'ə' => out.push('a'),
            '\u{300}'..='\u{36F}' => {}
            c if c.is_ascii() || !c.is_alphabetic() => out.push(c),
            _ => return None,
        }
    }
    Some(out)
}

/// One letter, the form that most addresses have.
fn cyrillic(c: char) -> &'static str {
    match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' => "e",
        'є' => "ye",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' | 'ї' => "i",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ю' => "yu",
        'я' => "ya",
        _ => "",
    }
}
