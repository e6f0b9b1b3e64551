//! `jcabot ledger`: the proof that no letter was lost.

use crate::cli::open::open;
use crate::cli::{Outcome, print};
use crate::clock::Clock;
use crate::store::Balance;
use anyhow::Result;
use std::path::Path;

/// Arguments of `ledger`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command; 1 when something does not add up. It only reads.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    let opened = open(config).await?;
    let balance = opened.store.balance(opened.activity, Clock::system().now()).await?;
    opened.store.close().await;
    if arguments.json {
        print::json(&balance)?;
    } else {
        table(&balance)?;
    }
    Ok(if balance.balanced { Outcome::Done } else { Outcome::Found })
}

fn table(balance: &Balance) -> Result<()> {
    let rows: Vec<Vec<String>> = balance
        .folders
        .iter()
        .map(|folder| {
            let name =
                if folder.folder.is_empty() { folder.mailbox.clone() } else { format!("{}/{}", folder.mailbox, folder.folder) };
            let figures = [
                folder.seen,
                folder.filed,
                folder.copies,
                folder.moved_in,
                folder.own,
                folder.never_seen,
                folder.waiting,
                folder.failed,
            ];
            std::iter::once(name)
                .chain(figures.iter().map(ToString::to_string))
                .chain([folder.held.to_string(), folder.trouble.clone()])
                .collect()
        })
        .collect();
    let heading = [
        "Folder",
        "Seen",
        "= filed",
        "+ copies",
        "+ moved in",
        "+ own",
        "+ never seen",
        "+ waiting",
        "+ failing",
        "There now",
        "",
    ];
    print::table(&heading, &[48, 9, 9, 9, 10, 6, 12, 9, 9, 9, 60], &rows)?;
    let letters = &balance.letters;
    print::line(&format!(
        "\nLetters  {} on file = {} filed by folders = {} counted by kind = {} with their bytes; {} begun and not filed",
        letters.on_file, letters.filed, letters.counted, letters.with_bytes, letters.begun
    ))?;
    let states: Vec<String> = balance.outbox.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let states = if states.is_empty() { "none".to_owned() } else { states.join(" + ") };
    print::line(&format!(
        "Outbox   {} letters = {states}; {} counted as accepted",
        balance.outbox.letters, balance.outbox.accepted
    ))?;
    for fault in &balance.faults {
        print::line(&format!("WRONG    {}", print::clean(fault)))?;
    }
    if balance.balanced {
        print::line("Every letter is accounted for.")?;
    }
    Ok(())
}
