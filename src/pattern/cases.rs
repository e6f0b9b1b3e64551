//! Any case for classes such as `[\w.-]` and `\p{L}`, the short way. The parser asks of each sign of a class for its other cases, and `\w`
//! has 140,000; but it has all their cases already, and `\p{L}` has all but one. So only what is written beside them is asked, and the
//! class is then taken as written.

use regex_syntax::ast::{
    Ast, ClassBracketed, ClassSet, ClassSetItem, ClassSetRange, ClassSetUnion, ClassUnicodeKind, Flag, Flags, FlagsItem,
    FlagsItemKind, Group, GroupKind, Literal, LiteralKind, Position, Span,
};
use regex_syntax::hir::translate::Translator;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};
use std::cell::RefCell;

/// What holds at a place of a pattern.
#[derive(Clone, Copy)]
struct Manner {
    any_case: bool,
    unicode: bool,
}

impl Manner {
    fn take(&mut self, flags: &Flags) {
        self.any_case = flags.flag_state(Flag::CaseInsensitive).unwrap_or(self.any_case);
        self.unicode = flags.flag_state(Flag::Unicode).unwrap_or(self.unicode);
    }
}

/// Writes out the other cases within the classes that would be slow.
pub(super) fn write_out(pattern: &mut Ast) {
    inside(pattern, &mut Manner { any_case: false, unicode: true });
}

fn inside(ast: &mut Ast, manner: &mut Manner) {
    match ast {
        Ast::Flags(set) => manner.take(&set.flags),
        Ast::Group(group) => {
            let mut within = *manner;
            if let GroupKind::NonCapturing(flags) = &group.kind {
                within.take(flags);
            }
            inside(&mut group.ast, &mut within);
        }
        Ast::Repetition(repetition) => inside(&mut repetition.ast, manner),
        Ast::Concat(row) => row.asts.iter_mut().for_each(|part| inside(part, manner)),
        // Flags that are set in one branch hold in those behind it, too.
        Ast::Alternation(branches) => branches.asts.iter_mut().for_each(|branch| inside(branch, manner)),
        Ast::ClassBracketed(class) if manner.any_case && manner.unicode => {
            if let Some(written) = in_all_cases(class) {
                *ast = in_one_case(written);
            }
        }
        Ast::ClassUnicode(class) if manner.any_case && manner.unicode => {
            let item = ClassSetItem::Unicode(regex_syntax::ast::ClassUnicode { negated: false, ..(**class).clone() });
            let alone = ClassBracketed { span: class.span, negated: class.is_negated(), kind: ClassSet::Item(item) };
            if let Some(written) = in_all_cases(&alone) {
                *ast = in_one_case(written);
            }
        }
        Ast::Empty(_) | Ast::Literal(_) | Ast::Dot(_) | Ast::Assertion(_) => {}
        Ast::ClassUnicode(_) | Ast::ClassPerl(_) | Ast::ClassBracketed(_) => {}
    }
}

/// The class with the other cases of all that it has; `None` where the parser is as quick, or the class is of a kind that few patterns have.
fn in_all_cases(class: &ClassBracketed) -> Option<ClassBracketed> {
    let ClassSet::Item(item) = &class.kind else { return None };
    let items = if let ClassSetItem::Union(union) = item { union.items.as_slice() } else { std::slice::from_ref(item) };
    let (mut signs, mut further) = (ClassUnicode::empty(), ClassUnicode::empty());
    let mut union = ClassSetUnion { span: class.span, items: Vec::new() };
    for item in items {
        match item {
            ClassSetItem::Perl(_) => union.items.push(item.clone()),
            ClassSetItem::Unicode(property) if !property.is_negated() => {
                further.union(&further_cases(&property.kind)?);
                union.items.push(item.clone());
            }
            ClassSetItem::Literal(sign) => signs.push(ClassUnicodeRange::new(sign.c, sign.c)),
            ClassSetItem::Range(range) => signs.push(ClassUnicodeRange::new(range.start.c, range.end.c)),
            _ => return None,
        }
    }
    if union.items.is_empty() {
        return None;
    }
    signs.case_fold_simple();
    signs.union(&further);
    union.items.extend(signs.ranges().iter().map(|range| {
        let end = |c| Literal { span: class.span, kind: LiteralKind::Verbatim, c };
        ClassSetItem::Range(ClassSetRange { span: class.span, start: end(range.start()), end: end(range.end()) })
    }));
    Some(ClassBracketed { kind: ClassSet::Item(ClassSetItem::Union(union)), ..class.clone() })
}

/// The other cases of a property's signs that have not the property themselves.
fn further_cases(kind: &ClassUnicodeKind) -> Option<ClassUnicode> {
    // Few properties are ever asked for; what is known of them goes with the thread that loads the rules.
    thread_local! {
        static KNOWN: RefCell<Vec<(ClassUnicodeKind, ClassUnicode)>> = const { RefCell::new(Vec::new()) };
    }
    let known = |(_, further): &(_, ClassUnicode)| further.clone();
    let found = KNOWN.with_borrow(|all| all.iter().find(|(of, _)| of == kind).map(known));
    found.or_else(|| {
        let further = ask_further_cases(kind)?;
        KNOWN.with_borrow_mut(|all| all.push((kind.clone(), further.clone())));
        Some(further)
    })
}

fn ask_further_cases(kind: &ClassUnicodeKind) -> Option<ClassUnicode> {
    let span = Span::splat(Position::new(0, 1, 1));
    let class = regex_syntax::ast::ClassUnicode { span, negated: false, kind: kind.clone() };
    let hir = Translator::new().translate("", &Ast::ClassUnicode(Box::new(class))).ok()?;
    let HirKind::Class(Class::Unicode(signs)) = hir.into_kind() else { return None };
    let mut further = signs.clone();
    further.case_fold_simple();
    further.difference(&signs);
    Some(further)
}

/// `(?-i:…)`
fn in_one_case(class: ClassBracketed) -> Ast {
    let span: Span = class.span;
    let kinds = [FlagsItemKind::Negation, FlagsItemKind::Flag(Flag::CaseInsensitive)];
    let flags = Flags { span, items: kinds.map(|kind| FlagsItem { span, kind }).into() };
    let ast = Box::new(Ast::ClassBracketed(Box::new(class)));
    Ast::Group(Box::new(Group { span, kind: GroupKind::NonCapturing(flags), ast }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_class_is_what_the_parser_makes_of_it() {
        for pattern in [
            r"(?i)[\w.-]+@[a-zk\d]",
            r"(?im)[^\sk]x|[^\W_]{2,3}",
            r"(?i:[\wé]x)[\wé]",
            r"x(?i)[\dß]|[\ds]",
            r"(?-i:[\dk])(?i:[\dk](?-i:[\dk]))",
            r"(?i)[\p{Lu}\d]|[[a-c]\d]|[\w--k]",
            r"(?i)\p{L}\P{L}\pL[^\p{L}][\P{L}k][\p{Lu}\p{N}ſ-]\p{Han}\p{Greek}\p{scx=Latin}",
            r"(?i-u)[\wk]",
        ] {
            assert_eq!(crate::pattern::parse(pattern), Ok(parsed(pattern)), "{pattern}");
        }
    }

    fn parsed(pattern: &str) -> regex_syntax::hir::Hir {
        regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern).unwrap()
    }
}
