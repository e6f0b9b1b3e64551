//! Full text in six languages, alike on both databases.

use crate::support::store::{Ledger, Letter, on_each};

async fn file(ledger: &Ledger, name: &str, text: &str) {
    let mut letter = Letter::new(name);
    letter.mail.text.own = text.to_owned();
    letter.file(ledger).await;
}

async fn found(ledger: &Ledger, words: &str) -> Vec<String> {
    let messages = ledger.store.search(ledger.activity, words).await.unwrap();
    messages.into_iter().map(|message| message.subject.trim_start_matches("About ").to_owned()).collect()
}

#[tokio::test]
async fn letters_are_found_in_six_languages() {
    on_each(async |ledger| {
        file(ledger, "ar", "نرشح الدكتورة لعضوية مجموعة حماية الأطفال على الإنترنت").await;
        file(ledger, "zh", "我们提名王女士为保护上网儿童联络人").await;
        file(ledger, "en", "We nominate our expert on child online protection, SG17").await;
        file(ledger, "fr", "Nous désignons notre déléguée à la protection de l'enfance").await;
        file(ledger, "ru", "Назначаем представителя по защите ребёнка в онлайновой среде").await;
        file(ledger, "es", "Proponemos a la señora como representante para la protección de la infancia").await;

        for (words, expected) in [
            ("حمايه الاطفال", "ar"),
            ("الأطفال", "ar"),
            ("儿童", "zh"),
            ("保护上网儿童", "zh"),
            ("王", "zh"),
            ("child PROTECTION", "en"),
            ("sg17", "en"),
            ("nomin*", "en"),
            ("deleguee enfance", "fr"),
            ("РЕБЕНКА", "ru"),
            ("señora", "es"),
            ("SENORA protección", "es"),
        ] {
            assert_eq!(found(ledger, words).await, [expected], "{words}");
        }
        assert_eq!(found(ledger, "protection").await, ["fr", "en"], "newest first");
        assert!(found(ledger, "child nowhere").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_looks_like_an_operator_is_only_words() {
    on_each(async |ledger| {
        file(ledger, "plain", "Robert'); DROP TABLE contact;-- 100% a_b \\ NEAR(x, 2) AND NOT").await;

        for words in ["\" NEAR( * ^", "Robert'); DROP TABLE contact;--", "%_\\", "a:b & | ! <-> '", "", "***", "AND", "\0"] {
            ledger.store.search(ledger.activity, words).await.unwrap_or_else(|error| panic!("{words}: {error:#}"));
        }
        assert_eq!(found(ledger, "robert drop").await, ["plain"]);
        assert_eq!(found(ledger, "NOT").await, ["plain"]);
        assert!(found(ledger, "%").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_letter_is_found_by_its_writer() {
    on_each(async |ledger| {
        file(ledger, "one", "Nothing").await;

        assert_eq!(found(ledger, "writer@member.example").await, ["one"]);
    })
    .await;
}
