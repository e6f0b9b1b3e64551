//! How long a server's certificate is good: read from its bytes, for the library that checks it keeps that to itself.

use crate::domain::Timestamp;
use jiff::SignedDuration;

/// Days before the end at which an alarm is due (RELIABILITY F29), each once.
const STAGES: [i64; 3] = [1, 7, 21];
/// A certificate is renewed when a third of its life is left, whether that life is a year or six days; with less than a quarter, its
/// renewal has failed.
const QUARTER: i32 = 4;

/// When a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// From.
    pub from: Timestamp,
    /// Until.
    pub until: Timestamp,
}

impl Validity {
    /// Of a certificate in DER (RFC 5280, 4.1); `None` for what is none.
    pub fn read(der: &[u8]) -> Option<Validity> {
        let (certificate, _) = element(der, SEQUENCE)?;
        let (mut rest, _) = element(certificate, SEQUENCE)?;
        if let Some((_version, after)) = element(rest, VERSION) {
            rest = after;
        }
        for tag in [INTEGER, SEQUENCE, SEQUENCE] {
            // Serial number, algorithm, issuer.
            rest = element(rest, tag)?.1;
        }
        let (validity, _) = element(rest, SEQUENCE)?;
        let (from, rest) = moment(validity)?;
        let (until, _) = moment(rest)?;
        Some(Validity { from, until })
    }

    /// The stage of alarm, in days before the end; `None` while there is time.
    pub fn stage(&self, now: Timestamp) -> Option<i64> {
        let (left, life) = (self.until.duration_since(now), self.until.duration_since(self.from));
        if left > life / QUARTER {
            return None;
        }
        STAGES.into_iter().find(|days| left <= SignedDuration::from_hours(24 * days))
    }
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The content of the element at the beginning, if it has this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ ..0x80 => (usize::from(short), rest),
        long => {
            let (octets, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            if octets.len() > 4 {
                return None;
            }
            (octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), rest)
        }
    };
    (*found == tag).then(|| rest.split_at_checked(length)).flatten()
}

/// `YYMMDDHHMMSSZ`, or with four digits of the year (RFC 5280, 4.1.2.5), and what follows.
fn moment(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (digits, rest, century) = match (element(bytes, UTC_TIME), element(bytes, GENERALIZED_TIME)) {
        (Some((digits, rest)), _) => {
            let is_old = digits.first().is_some_and(|digit| *digit >= b'5');
            (digits, rest, if is_old { "19" } else { "20" })
        }
        (None, Some((digits, rest))) => (digits, rest, ""),
        (None, None) => return None,
    };
    let text = format!("{century}{}", std::str::from_utf8(digits).ok()?);
    let moment = jiff::civil::DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    Some((jiff::tz::TimeZone::UTC.to_timestamp(moment).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::Validity;
    use crate::domain::Timestamp;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    fn at(moment: &str) -> Timestamp {
        moment.parse().unwrap()
    }

    #[test]
    fn f29_a_certificate_says_when_it_ends() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls/expired.pem");
        let der = CertificateDer::from_pem_file(file).unwrap();

        let validity = Validity::read(&der).unwrap();

        assert_eq!(validity.until.to_string().get(..7), Some("2020-01"));
        assert!((0..der.len()).all(|length| Validity::read(der.get(..length).unwrap()).is_none_or(|read| read == validity)));
        assert_eq!(Validity::read(b"\x30\x84\xff\xff\xff\xff\x30"), None);
    }

    #[test]
    fn f29_alarms_are_due_three_weeks_one_week_and_a_day_ahead() {
        let year = Validity { from: at("2026-01-01T00:00:00Z"), until: at("2027-01-01T00:00:00Z") };
        let stages = ["2026-12-01", "2026-12-12", "2026-12-26", "2026-12-31", "2027-01-02"];

        assert_eq!(stages.map(|day| year.stage(at(&format!("{day}T00:00:00Z")))), [None, Some(21), Some(7), Some(1), Some(1)]);
        // One that lives for six days is renewed every four.
        let short = Validity { from: at("2026-12-01T00:00:00Z"), until: at("2026-12-07T00:00:00Z") };
        assert_eq!((short.stage(at("2026-12-05T00:00:00Z")), short.stage(at("2026-12-06T12:00:00Z"))), (None, Some(1)));
    }
}
