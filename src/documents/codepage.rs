//! Code pages by the numbers that files of Microsoft's programs name them by.

pub(super) use encoding_rs::Encoding as Charset;

/// A character encoding.
pub(super) type Encoding = &'static Charset;

/// A code page of Windows; Western Europe when there is none of that number.
pub(super) fn windows(number: u16) -> Encoding {
    of(number).unwrap_or(encoding_rs::WINDOWS_1252)
}

/// By number (`\ansicpg1251`).
pub(super) fn of(number: u16) -> Option<Encoding> {
    Some(match number {
        874 => encoding_rs::WINDOWS_874,
        866 => encoding_rs::IBM866,
        932 => encoding_rs::SHIFT_JIS,
        936 | 54936 => encoding_rs::GB18030,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1252 => encoding_rs::WINDOWS_1252,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        10000 => encoding_rs::MACINTOSH,
        10007 => encoding_rs::X_MAC_CYRILLIC,
        20866 => encoding_rs::KOI8_R,
        28592 => encoding_rs::ISO_8859_2,
        28595 => encoding_rs::ISO_8859_5,
        28596 => encoding_rs::ISO_8859_6,
        65001 => encoding_rs::UTF_8,
        _ => return None,
    })
}

/// By the set that a font declares (`\fcharset204`); the plain and the default set leave it to the document.
pub(super) fn of_font(number: i32) -> Option<Encoding> {
    of(match number {
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178..=180 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

/// The text of some octets.
pub(super) fn decode(octets: &[u8], encoding: Encoding) -> String {
    encoding.decode_without_bom_handling(octets).0.into_owned()
}
