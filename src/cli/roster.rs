//! `jcabot roster`: the expected seats, and the list of people as table, csv, vCard or JSON.

use crate::cli::open::open;
use crate::cli::{Outcome, print};
use crate::domain::records::{Person, Registration, Seat};
use crate::domain::words::SeatState;
use crate::reply::cards;
use anyhow::Result;
use clap::ValueEnum;
use std::path::Path;

/// Arguments of `roster`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The same as --format json
    #[arg(long)]
    json: bool,
    /// Only seats that are not filled
    #[arg(long)]
    missing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Seats for the terminal
    Table,
    /// People for a spreadsheet
    Csv,
    /// People for an address book
    Vcf,
    /// Seats and people for a program
    Json,
}

/// Runs the command; 1 with --missing when a seat is missing.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> Result<Outcome> {
    let opened = open(config).await?;
    let mut seats = opened.store.roster(opened.activity).await?;
    let people = opened.store.people(opened.activity).await?;
    let answers = opened.store.registrations(opened.activity).await?;
    if arguments.missing {
        seats.retain(|seat| seat.state != SeatState::Filled);
    }
    match if arguments.json { Format::Json } else { arguments.format } {
        Format::Table => {
            table(&seats, &people)?;
            registrations(&answers)?;
        }
        Format::Csv => print::raw(&cards::csv(&people))?,
        Format::Vcf => print::raw(&cards::vcards(&people))?,
        Format::Json => print::json(&serde_json::json!({ "seats": seats, "people": people, "registrations": answers }))?,
    }
    Ok(if arguments.missing && !seats.is_empty() { Outcome::Found } else { Outcome::Done })
}

/// The seats, then those on the list who fill none.
pub(crate) fn table(seats: &[Seat], people: &[Person]) -> Result<()> {
    let day = |at: Option<crate::domain::Timestamp>| at.map_or(String::new(), |at| at.strftime("%Y-%m-%d").to_string());
    let mut rows = Vec::new();
    for seat in seats {
        let asked = day(seat.asked_at);
        let first = seat.people.first();
        let address = |person: Option<&Person>| {
            person.and_then(|person| person.email.as_ref()).map_or(String::new(), |email| email.reveal().to_owned())
        };
        let name = |person: Option<&Person>| person.map_or(String::new(), |person| person.name.clone());
        rows.push(vec![seat.body.clone(), seat.state.as_str().to_owned(), name(first), address(first), day(seat.since), asked]);
        for more in seat.people.iter().skip(1) {
            rows.push(vec![String::new(), String::new(), name(Some(more)), address(Some(more)), String::new(), String::new()]);
        }
    }
    print::table(&["Seat", "State", "Representative", "E-mail", "Since", "Asked"], &[44, 8, 28, 40, 10, 10], &rows)?;
    let seated: Vec<i64> = seats.iter().flat_map(|seat| &seat.people).map(|person| person.id).collect();
    let others: Vec<Vec<String>> = people
        .iter()
        .filter(|person| !seated.contains(&person.id))
        .map(|person| {
            let organization = person.organization.clone().unwrap_or_default();
            let email = person.email.as_ref().map_or(String::new(), |email| email.reveal().to_owned());
            vec![organization, person.category.clone().unwrap_or_default(), person.name.clone(), email]
        })
        .collect();
    if !others.is_empty() {
        print::line("")?;
        print::table(&["Organization", "Category", "Expert or representative", "E-mail"], &[44, 10, 28, 40], &others)?;
    }
    let filled = seats.iter().filter(|seat| seat.state == SeatState::Filled).count();
    print::line(&format!("\n{filled} of {} seats are filled; {} people are on the list.", seats.len(), people.len()))
}

/// Who answered an invitation to the meeting.
fn registrations(answers: &[Registration]) -> Result<()> {
    if answers.is_empty() {
        return Ok(());
    }
    let row = |answer: &Registration| {
        let email = answer.email.as_ref().map_or(String::new(), |email| email.reveal().to_owned());
        vec![answer.attendance.as_str().to_owned(), answer.name.clone().unwrap_or_default(), email, answer.message.0.to_string()]
    };
    print::line("")?;
    print::table(&["Meeting", "Who", "E-mail", "Message"], &[10, 44, 40, 10], &answers.iter().map(row).collect::<Vec<_>>())
}
