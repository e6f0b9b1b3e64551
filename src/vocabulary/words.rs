//! Lists of words, looked for in a text: whole words, stems, phrases, and Chinese words, which have no boundaries.

use super::heads::Heads;
use rustc_hash::FxHashMap as HashMap;
use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Characters as Hong Kong, Macao and Taiwan write them, and below each the mainland's form.
const TRADITIONAL: &str = "電話機傳郵單構職絡聯組專會報啟長處員師經監總書協學術網際國務業類華門東車馬龍劉陳楊趙黃吳孫羅鄭謝韓馮蕭許呂蘇盧蔣賈葉閻鐘鍾譚鄒陸顧萬錢湯嚴蘆韋畢聶叢齊莊關紀項陽衛寧閔邊饒來婁蓋黨連欒計喬賀賴龐蘭顏魯歐諸遲張繫線動號碼銜稱謂別區薦舉選擬請將為與應該誤舊變換調離辭擔責參轉發見後隨儘暫屆問輔導辦廳廣視臺進團營運寬頻帶護兒歲數據訊資產標準範證檢測試驗實現題議課條約謹貴順頌愛權歡歷獲認識繼續讓擇樓層灣縣鄉鎮齡無訂刪壞錯筆寫記憶說給點榮異負體領須顯願諒達遠適鏈錄鐵閱隊階雜雙頁頭額飛館徵復彙徑態慣懇戶攜敘斷曉歸殘決沒溫滿漢潔濟煩爲牽狀獨獎環畫療盡眾祕禮種穩競節築籌糾紙級納統綜維緊編緣縮績織繳罷聲聽脫臨興藝虛製複規親覺覽觀訓託訪設訴註詢詳語誠誰談諮講譯讀財貨貼費質賬購贊趕跡軟較載輕輸農逕遊違遺鄰釋鍵鎖閉陣險隱雖難靜響頒預風養駐騙個時這們對過還從開於內並備補遞夠麼髮幫";
const SIMPLIFIED: &str = "电话机传邮单构职络联组专会报启长处员师经监总书协学术网际国务业类华门东车马龙刘陈杨赵黄吴孙罗郑谢韩冯萧许吕苏卢蒋贾叶阎钟钟谭邹陆顾万钱汤严芦韦毕聂丛齐庄关纪项阳卫宁闵边饶来娄盖党连栾计乔贺赖庞兰颜鲁欧诸迟张系线动号码衔称谓别区荐举选拟请将为与应该误旧变换调离辞担责参转发见后随尽暂届问辅导办厅广视台进团营运宽频带护儿岁数据讯资产标准范证检测试验实现题议课条约谨贵顺颂爱权欢历获认识继续让择楼层湾县乡镇龄无订删坏错笔写记忆说给点荣异负体领须显愿谅达远适链录铁阅队阶杂双页头额飞馆征复汇径态惯恳户携叙断晓归残决没温满汉洁济烦为牵状独奖环画疗尽众秘礼种稳竞节筑筹纠纸级纳统综维紧编缘缩绩织缴罢声听脱临兴艺虚制复规亲觉览观训托访设诉注询详语诚谁谈咨讲译读财货贴费质账购赞赶迹软较载轻输农径游违遗邻释键锁闭阵险隐虽难静响颁预风养驻骗个时这们对过还从开于内并备补递够么发帮";
static FORMS: LazyLock<HashMap<char, char>> = LazyLock::new(|| TRADITIONAL.chars().zip(SIMPLIFIED.chars()).collect());

/// A text made comparable: lower case, NFKC, Arabic alef and ya forms as one letter, ё as е, no harakat or tatweel, typographic apostrophes
/// as plain ones. The number of characters may change; use it for comparing, never for cutting.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    if text.chars().all(|c| plain(c).map(|c| folded.push(c)).is_some()) {
        return folded;
    }
    // Most texts are composed already; to compose them again costs more than all the rest.
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        return text.chars().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase).map(fold_char).collect();
    }
    text.nfkc().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase).map(fold_char).collect()
}

/// The folded form of a character that always folds to one, whatever stands beside it: the letters that nearly all texts of the
/// six languages are made of. `None` sends the text the long way.
pub(super) fn plain(c: char) -> Option<char> {
    match c {
        '\0'..='\x7f' => Some(c.to_ascii_lowercase()),
        // Cyrillic capitals lie 32 (or, before А, 80) below their small letters.
        'а'..='я' | '一'..='\u{9fef}' | '、'..='。' => Some(c),
        'А'..='Я' => char::from_u32(u32::from(c) + 32),
        'ё' | 'Ё' => Some('е'),
        'Ѐ'..='Џ' => char::from_u32(u32::from(c) + 80),
        'ѐ'..='џ' => Some(c),
        'أ' | 'إ' | 'آ' => Some('ا'),
        'ى' => Some('ي'),
        'ء' | 'ؤ' | 'ئ' | 'ا'..='غ' | 'ف'..='ي' | '،' | '؛' | '؟' => Some(c),
        '×' | 'ß'..='ÿ' | '«' | '»' | '–' | '—' | '“' | '”' | '•' => Some(c),
        'À'..='Þ' => char::from_u32(u32::from(c) + 32),
        '’' | '‘' => Some('\''),
        _ => None,
    }
}

/// Whether NFKC surely leaves a text as it is, and it has no tatweel. `false` says nothing.
pub fn is_composed(text: &str) -> bool {
    text.chars().all(|c| plain(c).is_some())
}

/// Traditional Chinese characters as simplified ones, as far as labels and functions use them. Octets stay where they are, so places in
/// the result are places in the text.
pub fn simplified(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| is_han(c) && FORMS.contains_key(&c)) {
        Cow::Owned(text.chars().map(|c| FORMS.get(&c).copied().unwrap_or(c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// One spelling of letters that writers spell in several ways: alef without its hamza, final ya as ya, е for ё, simplified characters.
/// Octets stay where they are, so places in the result are places in the text.
pub fn one_spelling(text: &str) -> Cow<'_, str> {
    let one = |c: char| match c {
        'أ' | 'إ' | 'آ' => 'ا',
        'ى' => 'ي',
        'ё' => 'е',
        'Ё' => 'Е',
        c => c,
    };
    if text.is_ascii() || !text.chars().any(|c| one(c) != c || is_han(c)) {
        return Cow::Borrowed(text);
    }
    match simplified(text) {
        Cow::Borrowed(text) if !text.chars().any(|c| one(c) != c) => Cow::Borrowed(text),
        text => Cow::Owned(text.chars().map(one).collect()),
    }
}

/// Makes what all lists of words share, so that it does not lie in the memory of a thread that only loads.
pub fn prepare() {
    LazyLock::force(&FORMS);
}

/// What stands on, between or around letters and is none: harakat, tatweel, marks of direction.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{64B}'..='\u{652}' | '\u{670}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn fold_char(c: char) -> char {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' => 'ي',
        'ё' => 'е',
        '’' | '‘' | 'ʼ' | '´' => '\'',
        '‐' | '‑' => '-',
        c => c,
    }
}

/// Whether a character belongs to a script that is written without blanks between words.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// `char::is_alphabetic`, without its long search for the letters that most texts are made of.
pub fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphabetic(),
        'Ѐ'..='ҁ' | 'ء'..='ي' | '一'..='\u{9fef}' => true,
        _ => c.is_alphabetic(),
    }
}

/// `char::is_alphanumeric`, without its long search for the letters that most texts are made of.
pub fn is_letter_or_digit(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        'Ѐ'..='ҁ' | 'ء'..='ي' | '一'..='\u{9fef}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// `char::is_numeric`, without its long search for the letters that most texts are made of.
pub fn is_numeric(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_digit(),
        'Ѐ'..='ҁ' | 'ء'..='ي' | '一'..='\u{9fef}' => false,
        _ => c.is_numeric(),
    }
}

/// Whether a character is an Arabic letter.
pub fn is_arabic(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// One word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// As written, without punctuation at its ends.
    pub text: &'a str,
    /// Where it begins in the text, in octets.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The words of a text: letters, digits, and what may stand inside a word (`-`, `'`, `.`, `/`, `&`).
pub fn words(text: &str) -> Vec<Word<'_>> {
    let inside = |c: char| {
        is_letter_or_digit(c) || is_mark(c) || matches!(c, '-' | '\'' | '’' | '‑' | '.' | '/' | '&' | '№' | '#' | 'º' | 'ª')
    };
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (start, inside(c)) {
            (None, true) if is_letter_or_digit(c) || matches!(c, '№' | '#' | '&') => start = Some(at),
            (Some(from), false) => {
                start = None;
                let whole = text.get(from..at).unwrap_or_default();
                let word = whole.trim_end_matches(['-', '\'', '’', '/', '&']);
                found.push(Word { text: word, start: from, end: from + word.len() });
            }
            _ => {}
        }
    }
    found
}

/// A list of words and phrases.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Folded; each entry is a sequence of words, and each word may be a stem.
    entries: Vec<Vec<(String, bool)>>,
    /// Chinese words.
    han: Vec<String>,
    /// Their places by first and by last character, made when first asked for.
    han_ends: OnceLock<HanEnds>,
    /// Entries by their first word, where that is a whole one.
    whole: HashMap<String, Vec<usize>>,
    /// Entries by the first characters of their first word, where that is a stem.
    stems: HashMap<String, Vec<usize>>,
    heads: Heads,
}

#[derive(Clone, Debug, Default)]
struct HanEnds {
    first: HashMap<char, Vec<usize>>,
    last: HashMap<char, Vec<usize>>,
}

impl HanEnds {
    fn of(words: &[String]) -> HanEnds {
        let mut ends = HanEnds::default();
        for (index, word) in words.iter().enumerate() {
            for (map, sign) in [(&mut ends.first, word.chars().next()), (&mut ends.last, word.chars().next_back())] {
                map.entry(sign.unwrap_or_default()).or_default().push(index);
            }
        }
        ends
    }
}

/// Characters by which stems are looked up; a shorter stem is looked up by all it has.
const STEM_KEY: usize = 4;

impl Words {
    /// Adds a word, stem (`глав*`) or phrase.
    pub fn add(&mut self, word: &str) {
        let folded = fold(word.trim());
        self.han_ends = OnceLock::new();
        if folded.chars().any(is_han) {
            let plain = simplified(&folded);
            if plain != folded && !self.han.iter().any(|known| *known == *plain) {
                self.han.push(plain.into_owned());
            }
            if !self.han.contains(&folded) {
                self.han.push(folded);
            }
            return;
        }
        let entry: Vec<(String, bool)> = folded
            .split_whitespace()
            .map(|word| match word.strip_suffix('*') {
                Some(stem) => (stem.to_owned(), true),
                None => (word.trim_end_matches('.').to_owned(), false),
            })
            .collect();
        if let Some((first, is_stem)) = entry.first() {
            if *is_stem {
                self.heads.add_stem(first)
            } else {
                self.heads.add(first)
            }
            let index = if *is_stem { &mut self.stems } else { &mut self.whole };
            let key = if *is_stem { head(first, STEM_KEY) } else { first };
            index.entry(key.to_owned()).or_default().push(self.entries.len());
            self.entries.push(entry);
        }
    }

    /// The Chinese words of the list, the longest first.
    pub fn sort(&mut self) {
        self.han.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        self.han_ends = OnceLock::new();
    }

    /// How many of the words, from the first on, make an entry; 0 when none. The longest entry counts.
    pub fn matched(&self, words: &[Word<'_>]) -> usize {
        let Some(first) = words.first() else { return 0 };
        if !self.heads.may_begin(first.text) {
            return 0;
        }
        let folded = fold(first.text.trim_end_matches('.'));
        let mut longest = self.longest(&folded, words);
        // Arabic writes and, in, for, to and the article in front of a word.
        for bare in bare_arabic(&folded) {
            longest = longest.max(self.longest(&bare, words));
        }
        longest
    }

    /// The longest entry that begins with a word and goes on with those behind the first of `words`.
    fn longest(&self, first: &str, words: &[Word<'_>]) -> usize {
        let whole = self.whole.get(first).into_iter().flatten();
        // A word shorter than the count has no further keys.
        let keys = first.char_indices().take(STEM_KEY).map(|(at, sign)| first.get(..at + sign.len_utf8()));
        let stems = keys.filter_map(|key| self.stems.get(key?));
        let candidates = whole.chain(stems.flatten()).filter_map(|at| self.entries.get(*at));
        candidates.filter(|entry| Words::fits(entry, first, words)).map(Vec::len).max().unwrap_or(0)
    }

    fn fits(entry: &[(String, bool)], first: &str, words: &[Word<'_>]) -> bool {
        let same =
            |(word, is_stem): &(String, bool), text: &str| if *is_stem { text.starts_with(word.as_str()) } else { text == word };
        let behind = || entry.iter().zip(words).skip(1);
        entry.len() <= words.len()
            && entry.first().is_some_and(|own| same(own, first))
            && behind().all(|(own, found)| same(own, &fold(found.text.trim_end_matches('.'))))
    }

    /// Whether a single word is an entry.
    pub fn has(&self, word: &str) -> bool {
        self.matched(&[Word { text: word, start: 0, end: word.len() }]) > 0
            || (word.chars().any(is_han) && self.han.iter().any(|own| fold(word) == *own))
    }

    /// Whether a text is an entry and nothing else; a mark (`"`) may be one.
    pub fn is(&self, text: &str) -> bool {
        let list = words(text);
        if list.is_empty() {
            let folded = fold(text.trim());
            return self.han.contains(&folded)
                || self.entries.iter().any(|entry| matches!(entry.as_slice(), [(own, _)] if *own == folded));
        }
        self.matched(&list) == list.len() || text.chars().any(is_han) && self.han.contains(&fold(text.trim()))
    }

    /// Whether any entry stands in the text.
    pub fn is_in(&self, text: &str) -> bool {
        self.han_in(text).is_some() || {
            let words = words(text);
            (0..words.len()).any(|at| words.get(at..).is_some_and(|rest| self.matched(rest) > 0))
        }
    }

    /// The first Chinese entry that stands in the text (the longest where several do).
    pub fn han_in(&self, text: &str) -> Option<&str> {
        let ends = self.han_ends();
        let begun = text.char_indices().filter_map(|(at, sign)| Some((text.get(at..)?, ends.first.get(&sign)?)));
        let fits = |(rest, words): (&str, &Vec<usize>)| {
            words.iter().copied().find(|index| self.han.get(*index).is_some_and(|word| rest.starts_with(word.as_str())))
        };
        begun.filter_map(fits).min().and_then(|index| self.han.get(index)).map(String::as_str)
    }

    fn han_ends(&self) -> &HanEnds {
        self.han_ends.get_or_init(|| HanEnds::of(&self.han))
    }

    /// The longest Chinese entry with which the text ends.
    pub fn han_at_end(&self, text: &str) -> Option<&str> {
        let words = self.han_ends().last.get(&text.chars().next_back()?)?;
        words.iter().filter_map(|index| self.han.get(*index)).find(|word| text.ends_with(word.as_str())).map(String::as_str)
    }

    /// The longest Chinese entry with which the text begins.
    pub fn han_at_start(&self, text: &str) -> Option<&str> {
        let words = self.han_ends().first.get(&text.chars().next()?)?;
        words.iter().filter_map(|index| self.han.get(*index)).find(|word| text.starts_with(word.as_str())).map(String::as_str)
    }

    /// The Chinese entries, the longest first.
    pub fn han(&self) -> &[String] {
        &self.han
    }
}

/// The first so many characters.
fn head(word: &str, count: usize) -> &str {
    word.char_indices().nth(count).and_then(|(at, _)| word.get(..at)).unwrap_or(word)
}

/// An Arabic word without the particles in front of it, one more taken off each time.
fn bare_arabic(word: &str) -> impl Iterator<Item = String> {
    let mut forms = Vec::new();
    if word.chars().next().is_some_and(is_arabic) {
        let mut rest = word.to_owned();
        for particle in ["و", "ف", "ب", "ل", "ك", "ال", "لل"] {
            if let Some(bare) = rest.strip_prefix(particle).filter(|bare| bare.chars().count() >= 3) {
                forms.push(bare.to_owned());
                rest = bare.to_owned();
            }
        }
        // لل is ل and ال together.
        if let Some(bare) = word.strip_prefix("لل") {
            forms.push(format!("ال{bare}"));
        }
    }
    forms.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Words {
        let mut list = Words::default();
        entries.iter().for_each(|entry| list.add(entry));
        list.sort();
        list
    }

    #[test]
    fn words_stems_phrases_and_chinese_are_found() {
        let roles = list(&["director*", "vice president", "главн* инженер*", "主任", "مدير*"]);

        assert!(roles.is_in("Deputy Directors of it"));
        assert!(roles.is_in("the Vice President"));
        assert!(roles.is_in("Главный инженер проекта"));
        assert!(roles.is_in("技术部主任"));
        assert!(roles.is_in("والمدير العام"));
        assert!(!roles.is_in("a vice of presidents"));
    }

    #[test]
    fn the_short_way_folds_as_the_long_one() {
        for c in ('\0'..='\u{ffff}').filter(|c| plain(*c).is_some()) {
            let text = c.to_string();
            let long: String = text.nfkc().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase).map(fold_char).collect();
            assert_eq!(plain(c).map(String::from), Some(long), "{c:?} {:x}", u32::from(c));
            assert_eq!(is_nfkc_quick(text.chars()), IsNormalized::Yes, "{c:?}");
        }
        for c in '\0'..='\u{ffff}' {
            assert_eq!(is_letter_or_digit(c), c.is_alphanumeric(), "{c:?}");
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_numeric(c), c.is_numeric(), "{c:?}");
        }
    }

    #[test]
    fn letters_that_differ_only_in_writing_are_the_same() {
        assert_eq!(fold("الإلكترونـي"), fold("الالكتروني"));
        assert_eq!(fold("Ｎａｍｅ"), "name");
        assert_eq!(simplified("聯絡電話 x 单位"), "联络电话 x 单位");
    }
}
