//! Addresses that letters hide from machines: "jane (at) example (dot) org".

use crate::pattern::{self, Regex};

/// How letters write an address that is hidden from machines.
#[derive(Clone, Debug)]
pub struct HiddenAddress {
    /// A whole address, hidden or not.
    pub address: Regex,
    /// What stands for `@`.
    pub at: Regex,
    /// What stands for a dot.
    pub dot: Regex,
}

impl HiddenAddress {
    /// Words for `@` and for the dot; in brackets they are enough, bare ones need each other.
    pub(super) fn new(at: &[String], dot: &[String]) -> Result<HiddenAddress, String> {
        let (at, dot) = (at.join("|"), dot.join("|"));
        // Chinese and Arabic stand without a blank beside an address and never in one.
        const L: &str = r"\p{Latin}\p{Cyrillic}";
        let any_dot = format!(r"\s?[\[({{<]\s?(?i:{dot}|\.)\s?[\])}}>]\s?|\s(?i:{dot})\s|\.");
        let any_at = format!(r"\s?[@＠]\s?|[#＃]|\s?[\[({{<（#]\s?(?i:{at}|@|a)\s?[\])}}>）#]\s?|\s(?i:{at})\s");
        let local = format!(r"[{L}0-9_][{L}0-9._%+'&-]*(?:\s?[\[({{<]\s?(?i:{dot})\s?[\])}}>]\s?[{L}0-9_-]+)*");
        let bracketed = format!(r"(?:\s?[@＠]\s?|[#＃]|\s?[\[({{<（#]\s?(?i:{at}|@|a)\s?[\])}}>）#]\s?|\sAT\s)");
        let sure = format!(r"{local}{bracketed}[{L}0-9][{L}0-9-]*(?:(?:{any_dot})[{L}0-9-]+)+");
        let bare = format!(r"{local}(?:\s(?i:{dot})\s[{L}0-9_-]+)*\s(?i:{at})\s[{L}0-9][{L}0-9-]*(?:\s(?i:{dot})\s[{L}0-9-]+)+");
        Ok(HiddenAddress {
            address: pattern::compile(&format!("{sure}|{bare}"))?,
            at: pattern::compile(&any_at)?,
            dot: pattern::compile(&any_dot)?,
        })
    }
}

impl Default for HiddenAddress {
    fn default() -> HiddenAddress {
        HiddenAddress::new(&["at".to_owned()], &["dot".to_owned()]).expect("the patterns are tested")
    }
}
