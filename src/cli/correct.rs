//! `jcabot correct`: a person says what a letter is; it is kept, followed by all that depends on it, and learned from.

use crate::cli::open::{Opened, open};
use crate::cli::print::Form;
use crate::cli::{Outcome, actor, print};
use crate::clock::Clock;
use crate::corrections::{self, Request, Said};
use crate::domain::MessageKey;
use crate::domain::words::Kind;
use crate::store::{Corrected, Statement};
use anyhow::Result;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use strum::VariantArray;

/// Arguments of `correct`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Another correction of the same letter takes the first one back. `jcabot why ID` shows what follows from it."
)]
pub(crate) struct Arguments {
    /// The number of a message, as lists show it
    #[arg(required_unless_present_any = ["rebuild", "list"], requires = "kind")]
    id: Option<i64>,
    /// What it is: a kind, or `same` to confirm what is on file
    #[arg(long, value_parser = said, value_name = "KIND")]
    kind: Option<Said>,
    /// Who says so, for the journal (default: the user who runs the command)
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Learn everything anew from all corrections
    #[arg(long, conflicts_with_all = ["id", "kind", "list"])]
    rebuild: bool,
    /// List all corrections
    #[arg(long, conflicts_with_all = ["id", "kind"])]
    list: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

fn said(word: &str) -> Result<Said, String> {
    if word == "same" {
        return Ok(Said::Same);
    }
    Kind::from_str(word).map(Said::Is).map_err(|_| {
        let kinds: Vec<&str> = Kind::VARIANTS.iter().map(|kind| kind.as_str()).collect();
        format!("there is no such kind; write one of {}, or same", kinds.join(", "))
    })
}

/// Runs the command; 1 when there is no such letter.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    let opened = open(config).await?;
    if arguments.list {
        return list(&opened, Form::from(arguments.json)).await;
    }
    let (now, by) = (Clock::system().now(), arguments.by.clone().unwrap_or_else(actor));
    let Opened { knowledge, store, activity, .. } = opened;
    let knowledge = Arc::new(knowledge);
    let (Some(id), Some(said)) = (arguments.id, arguments.kind) else {
        let letters = corrections::rebuild(&store, activity, &knowledge, &by, now).await?;
        match arguments.json {
            true => print::json(&serde_json::json!({ "letters": letters }))?,
            false => print::line(&format!("Learned anew from {letters} corrected letters"))?,
        }
        return Ok(Outcome::Done);
    };
    let request = Request { message: MessageKey(id), said, by };
    let Some(corrected) = corrections::correct(&store, activity, &knowledge, &request, now).await? else {
        eprintln!("jcabot: There is no message {id} (`jcabot threads` and `jcabot search` show numbers)");
        return Ok(Outcome::Found);
    };
    store.close().await;
    if arguments.json {
        print::json(&corrected)?;
    } else {
        tell(&corrected)?;
    }
    Ok(Outcome::Done)
}

/// What was done, a line each.
fn tell(corrected: &Corrected) -> Result<()> {
    let (id, after) = (corrected.message.0, corrected.after.as_str());
    if corrected.before == corrected.after {
        print::line(&format!("Message {id} is confirmed as {after}"))?;
    } else {
        print::line(&format!("Message {id} is now {after}; it was {}", corrected.before.as_str()))?;
    }
    if corrected.moves > 0 {
        print::line("  It goes to the folder of its kind with the next round of the daemon")?;
    }
    if corrected.proposed > 0 {
        print::line(&format!("  It names {} people; they are proposed to the secretariat", corrected.proposed))?;
    }
    if corrected.to_undo > 0 {
        print::line(&format!("  It had changed {} people on the list; to undo that is proposed", corrected.to_undo))?;
    }
    match corrected.statement {
        Statement::Unchanged => {}
        Statement::Listed => print::line("  Its liaison statement is on file")?,
        Statement::SetAside => print::line("  Its liaison statement is set aside, and its deadline waived")?,
    }
    for letter in &corrected.held {
        let number = letter.0;
        print::line(&format!(
            "  Its acknowledgement had not left and is held: `jcabot outbox show {number}`, then release or drop it"
        ))?;
    }
    Ok(())
}

async fn list(opened: &Opened, form: Form) -> Result<Outcome> {
    let corrections = opened.store.corrections(opened.activity).await?;
    if form == Form::Json {
        print::json(&corrections)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = corrections
        .iter()
        .map(|one| {
            let at = one.at.strftime("%Y-%m-%d %H:%M").to_string();
            let (kind, filed) = (one.kind.as_str().to_owned(), one.filed_kind.as_str().to_owned());
            vec![one.message.0.to_string(), kind, filed, one.by.clone(), at]
        })
        .collect();
    print::table(&["Message", "Is", "Was filed as", "Said by", "At (UTC)"], &[8, 18, 18, 30, 16], &rows)?;
    Ok(Outcome::Done)
}
