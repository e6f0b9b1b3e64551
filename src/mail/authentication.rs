//! Whether the sender is who From says, by what our own server found (RFC 8601). No result of another server counts.

use super::Mail;
use crate::domain::address::Address;

/// What the mailbox's own server says of the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// DMARC passed, or an aligned DKIM or SPF did.
    Pass,
    /// DMARC failed, or without a DMARC result SPF or DKIM did and nothing aligned passed; with the method and result.
    Fail(String),
    /// Our server says nothing that decides.
    NoResult,
}

/// One result of a field: `dkim=pass header.d=example.org`.
#[derive(Debug, Default)]
struct Finding {
    method: String,
    result: String,
    properties: Vec<(String, String)>,
}

/// Weighs the results of the configured authserv-ids (compared as whole tokens, any case).
///
/// A server writes its field above those that came with the letter, so where several carry our id the topmost is ours; a
/// lower one may be forged. It is therefore never used to turn a failure or a silence of the topmost into a pass.
pub fn authenticate(mail: &Mail, authserv_ids: &[String]) -> Authentication {
    let Some(address) = mail.writer() else {
        return if mail.from.len() > 1 {
            Authentication::Fail("several addresses in From".to_owned())
        } else {
            Authentication::NoResult
        };
    };
    let ours = mail.authentication_results.iter().filter_map(|value| read(value, authserv_ids)).next();
    ours.map_or(Authentication::NoResult, |findings| weigh(&findings, address))
}

fn weigh(findings: &[Finding], from: &Address) -> Authentication {
    let of = |method: &str| findings.iter().filter(move |finding| finding.method == method).collect::<Vec<_>>();
    let dmarc = of("dmarc");
    if dmarc.iter().any(|finding| finding.result == "fail") {
        return Authentication::Fail("dmarc=fail".to_owned());
    }
    if dmarc.iter().any(|finding| finding.result == "pass") {
        return Authentication::Pass;
    }
    let is_aligned = |finding: &&Finding, names: &[&str]| {
        let domain =
            finding.properties.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| domain_of(value));
        finding.result == "pass" && domain.is_some_and(|domain| aligned(&domain, from.domain()))
    };
    let passed = of("dkim").iter().any(|finding| is_aligned(finding, &["header.d", "header.i"]))
        || of("spf").iter().any(|finding| is_aligned(finding, &["smtp.mailfrom", "smtp.from", "smtp.helo"]));
    if passed {
        return Authentication::Pass;
    }
    let failed = findings.iter().find(|finding| ["spf", "dkim"].contains(&finding.method.as_str()) && finding.result == "fail");
    failed.map_or(Authentication::NoResult, |finding| Authentication::Fail(format!("{}=fail", finding.method)))
}

fn domain_of(value: &str) -> String {
    value.rsplit('@').next().unwrap_or_default().trim_matches(['<', '>', '.', '"']).to_lowercase()
}

/// Relaxed alignment, on whole labels. Without a public-suffix list: one must end with the other, and share two labels.
fn aligned(signed: &str, from: &str) -> bool {
    let under = |inner: &str, outer: &str| {
        outer.contains('.') && inner.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    under(from, signed) || under(signed, from)
}

/// The findings of a field, when its authserv-id is one of ours.
fn read(value: &str, ids: &[String]) -> Option<Vec<Finding>> {
    let tokens = tokens(value);
    let mut clauses = tokens.split(|token| token == ";");
    let head = clauses.next()?;
    // "id" or "id version"
    let id = head.first().filter(|_| head.len() <= 2)?;
    let id = id.trim_matches('"');
    if !ids.iter().any(|own| own.eq_ignore_ascii_case(id)) {
        return None;
    }
    Some(clauses.filter_map(finding).collect())
}

/// `method[/version] = result (reason = …) (ptype.property = value)*`
fn finding(clause: &[String]) -> Option<Finding> {
    let [method, equals, result, rest @ ..] = clause else { return None };
    if equals != "=" {
        return None;
    }
    let method = method.split('/').next().unwrap_or_default().to_lowercase();
    // RFC 5451 called it so, and some servers still do.
    let result = if result.eq_ignore_ascii_case("hardfail") { "fail".to_owned() } else { result.to_lowercase() };
    let mut found = Finding { method, result, properties: Vec::new() };
    let mut rest = rest;
    while let [name, equals, value, tail @ ..] = rest {
        if equals == "=" {
            found.properties.push((name.to_lowercase(), value.clone()));
            rest = tail;
        } else {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    Some(found)
}

/// Words, `;` and `=`; comments (nested) are dropped, a quoted string is one word that begins with `"`, so that nothing
/// inside either is ever taken for a result.
fn tokens(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for c in value.chars() {
        if escaped {
            escaped = false;
            if quoted {
                word.push(c);
            }
            continue;
        }
        match c {
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => {
                quoted = !quoted;
                word.push('"');
            }
            c if quoted => word.push(c),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ';' | '=' => {
                end(&mut word, &mut found);
                found.push(c.to_string());
            }
            c if c.is_whitespace() => end(&mut word, &mut found),
            c => word.push(c),
        }
    }
    end(&mut word, &mut found);
    found
}

fn end(word: &mut String, found: &mut Vec<String>) {
    if !word.is_empty() {
        found.push(std::mem::take(word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Person;

    fn verdict(fields: &[&str]) -> Authentication {
        let mail = Mail {
            from: vec![Person { name: String::new(), address: Address::parse("a@mail.example.org") }],
            authentication_results: fields.iter().map(|field| (*field).to_owned()).collect(),
            ..Mail::default()
        };
        authenticate(&mail, &["mx.itu.int".to_owned()])
    }

    #[test]
    fn our_own_server_decides() {
        let fail = |why: &str| Authentication::Fail(why.to_owned());
        for (field, wanted) in [
            ("mx.itu.int; dmarc=pass header.from=mail.example.org", Authentication::Pass),
            ("MX.ITU.INT 1; spf=pass smtp.mailfrom=x@example.org", Authentication::Pass),
            ("mx.itu.int; dkim=pass header.d=example.org; spf=fail", Authentication::Pass),
            ("mx.itu.int; spf=softfail; dkim=pass header.i=@mail.example.org", Authentication::Pass),
            ("mx.itu.int; spf=pass smtp.mailfrom=evil.example; dkim=none; dmarc=fail", fail("dmarc=fail")),
            ("mx.itu.int; spf=fail smtp.mailfrom=example.org", fail("spf=fail")),
            ("mx.itu.int; dkim=fail header.d=example.org; spf=pass smtp.mailfrom=other.example", fail("dkim=fail")),
            ("mx.itu.int; none", Authentication::NoResult),
            ("mx.itu.int; spf=softfail; dkim=none", Authentication::NoResult),
            ("mx.itu.int; dmarc=none; spf=pass smtp.mailfrom=other.example", Authentication::NoResult),
        ] {
            assert_eq!(verdict(&[field]), wanted, "{field}");
        }
    }

    #[test]
    fn nothing_that_looks_like_a_pass_is_one() {
        for field in [
            "mx.itu.int.evil; dmarc=pass",
            "mx.itu.int-evil; dmarc=pass",
            "mx.evil.example; dmarc=pass",
            "mx.itu.int; spf=none (dmarc=pass)",
            "mx.itu.int; spf=none reason=\"; dmarc=pass\"",
            "mx.itu.int; spf=none smtp.mailfrom=dmarc=pass",
            "mx.evil.example (mx.itu.int; dmarc=pass); spf=none",
            "\"mx.itu.int\" evil word; dmarc=pass",
            "mx.itu.int; dkim=pass header.d=ample.org",
            "mx.itu.int; dkim=pass header.d=org",
        ] {
            assert_eq!(verdict(&[field]), Authentication::NoResult, "{field}");
        }
    }

    #[test]
    fn a_forged_field_below_ours_changes_nothing() {
        let ours = "mx.itu.int; dmarc=fail header.from=example.org";
        let forged = "mx.itu.int; dmarc=pass header.from=example.org";

        assert_eq!(verdict(&[ours, forged]), Authentication::Fail("dmarc=fail".to_owned()));
        assert_eq!(verdict(&["mx.other.example; dmarc=pass", ours]), Authentication::Fail("dmarc=fail".to_owned()));
    }
}
