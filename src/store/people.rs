//! People on the list: who is known, and what a letter changes. Each changed field is a row with its source, so that everything
//! can be shown, proposed and undone.

use super::activity::ActivityId;
use super::filing::Filing;
use super::pool::Dialect;
use super::rows::{Columns, micros, plain, to_json};
use super::{Store, Tx, roster};
use crate::domain::address::Address;
use crate::domain::records::Person;
use crate::domain::steps::{FoundPerson, PlannedPerson};
use crate::domain::words::{Action, Language};
use crate::domain::{MessageKey, Timestamp};
use anyhow::{Context, Result};
use sqlx::any::AnyRow;

/// Does what the plan says about the people of a letter, about promises and about dead addresses.
pub(super) async fn apply(tx: &mut Tx, dialect: Dialect, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    for planned in &filing.plan.people {
        let Some(found) = filing.findings.contacts.get(planned.found) else { continue };
        let mut log = Log { filing, message, planned, person: planned.person, state: "proposed", changes: Vec::new() };
        person(tx, &mut log, found).await.context("Cannot write down a person of the letter")?;
        log.write(tx, dialect).await.context("Cannot write down what a letter changes")?;
    }
    heard(tx, filing, message).await
}

/// What a letter says of bodies and addresses beside people: promises, and addresses that are dead.
pub(super) async fn heard(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey) -> Result<()> {
    for seat in &filing.plan.promised_seats {
        let sql = "UPDATE seat SET promised_at = $3, promised_by = $4 WHERE activity_id = $1 AND word = $2";
        let query = sqlx::query(sql).bind(filing.activity.0).bind(seat).bind(micros(filing.now)).bind(message.0);
        query.execute(&mut **tx).await.context("Cannot write down a promise")?;
    }
    for address in &filing.plan.bounced {
        dead(tx, filing, address).await.context("Cannot write down a dead address")?;
    }
    Ok(())
}

/// Takes back what a letter said of bodies and addresses when it was filed: it was read wrongly.
pub(super) async fn unheard(tx: &mut Tx, activity: ActivityId, message: MessageKey, filed_at: Timestamp) -> Result<()> {
    let sql = "UPDATE seat SET promised_at = NULL, promised_by = NULL WHERE activity_id = $1 AND promised_by = $2";
    let query = sqlx::query(sql).bind(activity.0).bind(message.0);
    query.execute(&mut **tx).await.context("Cannot take back a promise")?;
    // The letter itself is not noted with an address; the moment of its filing is.
    for sql in [
        "UPDATE person SET bounced_at = NULL WHERE activity_id = $1 AND bounced_at = $2",
        "UPDATE seat SET bounced_at = NULL WHERE activity_id = $1 AND bounced_at = $2",
    ] {
        let query = sqlx::query(sql).bind(activity.0).bind(micros(filed_at));
        query.execute(&mut **tx).await.context("Cannot take back that an address is dead")?;
    }
    Ok(())
}

async fn dead(tx: &mut Tx, filing: &Filing<'_>, address: &Address) -> Result<()> {
    for sql in [
        "UPDATE person SET bounced_at = $3 WHERE email = $2 AND +activity_id = $1 AND bounced_at IS NULL",
        "UPDATE seat SET bounced_at = $3 WHERE activity_id = $1 AND email = $2 AND bounced_at IS NULL",
    ] {
        let query = sqlx::query(sql).bind(filing.activity.0).bind(address.reveal()).bind(micros(filing.now));
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

async fn person(tx: &mut Tx, log: &mut Log<'_>, found: &FoundPerson) -> Result<()> {
    let (filing, planned) = (log.filing, log.planned);
    let on_file = match planned.person {
        Some(id) => load(tx, filing.activity, id).await?,
        // A letter filed since the plan was made may have brought the same person; then what is on file is only filled up.
        None => same_person(tx, filing.activity, found).await?,
    };
    log.person = on_file.as_ref().map(|person| person.id);
    if !planned.applied || (planned.action == Action::Withdraw && on_file.is_none()) {
        log.proposal(on_file.as_ref(), found);
        return Ok(());
    }
    log.state = "applied";
    match (planned.action, on_file) {
        (Action::Withdraw, Some(person)) => withdraw(tx, log, &person).await,
        (Action::Withdraw, None) => Ok(()),
        (Action::Add | Action::Update, None) => {
            let id = insert(tx, filing, log.message, found).await?;
            log.person = Some(id);
            log.fields(None, found);
            take_seats(tx, log, id).await
        }
        (Action::Add | Action::Update, Some(person)) => {
            let change = if planned.person.is_some() { found.clone() } else { only_missing(found, &person) };
            update(tx, filing, log.message, &person, &change).await?;
            log.fields(Some(&person), &change);
            take_seats(tx, log, person.id).await
        }
    }
}

/// What is found and not on file; what differs is left as it is.
fn only_missing(found: &FoundPerson, person: &Person) -> FoundPerson {
    fn missing(new: &Option<String>, old: &Option<String>) -> Option<String> {
        if old.is_none() { new.clone() } else { None }
    }
    FoundPerson {
        honorific: missing(&found.honorific, &person.honorific),
        organization: missing(&found.organization, &person.organization),
        role: missing(&found.role, &person.role),
        email: if person.email.is_none() { found.email.clone() } else { None },
        phone: missing(&found.phone, &person.phone),
        country: missing(&found.country, &person.country),
        category: missing(&found.category, &person.category),
        study_groups: if person.study_groups.is_empty() { found.study_groups.clone() } else { Vec::new() },
        ..FoundPerson::default()
    }
}

async fn same_person(tx: &mut Tx, activity: ActivityId, found: &FoundPerson) -> Result<Option<Person>> {
    let (Some(email), Some(name)) = (&found.email, &found.name) else { return Ok(None) };
    let sql =
        "SELECT id FROM person WHERE email = $2 AND name = $3 AND +activity_id = $1 AND left_at IS NULL ORDER BY id LIMIT 1";
    let query = sqlx::query(sql).bind(activity.0).bind(email.reveal()).bind(plain(name).into_owned());
    match query.fetch_optional(&mut **tx).await? {
        Some(row) => load(tx, activity, row.int("id")?).await,
        None => Ok(None),
    }
}

pub(super) async fn load(tx: &mut Tx, activity: ActivityId, id: i64) -> Result<Option<Person>> {
    let sql = "SELECT id, name, honorific, organization, role, email, phone, country, category, study_groups, language, source_id \
               FROM person WHERE id = $1 AND activity_id = $2";
    let row = sqlx::query(sql).bind(id).bind(activity.0).fetch_optional(&mut **tx).await?;
    row.as_ref().map(person_of).transpose()
}

/// A person's row.
pub(super) fn person_of(row: &AnyRow) -> Result<Person> {
    Ok(Person {
        id: row.int("id")?,
        name: row.text("name")?,
        honorific: row.text_or_none("honorific")?,
        organization: row.text_or_none("organization")?,
        role: row.text_or_none("role")?,
        email: row.address_or_none("email")?,
        phone: row.text_or_none("phone")?,
        country: row.text_or_none("country")?,
        category: row.text_or_none("category")?,
        study_groups: row.json("study_groups")?,
        language: row.word_or_none("language")?,
        source: row.int_or_none("source_id")?.map(MessageKey),
    })
}

async fn insert(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey, found: &FoundPerson) -> Result<i64> {
    let sql = "INSERT INTO person (activity_id, name, honorific, organization, role, email, phone, country, category, study_groups, \
               language, source_id, added_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) RETURNING id";
    // A person without a name is listed by the address.
    let name = found.name.as_deref().or(found.email.as_ref().map(Address::reveal)).unwrap_or_default();
    let query = sqlx::query(sql).bind(filing.activity.0).bind(plain(name).into_owned());
    let query = query.bind(text(&found.honorific)).bind(text(&found.organization)).bind(text(&found.role));
    let query = query.bind(found.email.as_ref().map(|email| email.reveal().to_owned())).bind(text(&found.phone));
    let query = query.bind(text(&found.country)).bind(text(&found.category)).bind(to_json(&found.study_groups));
    let query = query.bind(language_of(filing, found).map(Language::as_str)).bind(message.0).bind(micros(filing.now));
    query.fetch_one(&mut **tx).await?.int("id")
}

/// The letter's language is the person's only where the person wrote it.
fn language_of(filing: &Filing<'_>, found: &FoundPerson) -> Option<Language> {
    filing.mail.language.filter(|_| found.email.is_some() && found.email.as_ref() == filing.mail.writer())
}

fn text(value: &Option<String>) -> Option<String> {
    value.as_deref().map(|value| plain(value).into_owned())
}

async fn update(tx: &mut Tx, filing: &Filing<'_>, message: MessageKey, person: &Person, found: &FoundPerson) -> Result<()> {
    // Only what the letter says is changed; a new address has not bounced yet.
    let sql = "UPDATE person SET name = COALESCE($2, name), honorific = COALESCE($3, honorific), organization = COALESCE($4, organization), \
               role = COALESCE($5, role), bounced_at = CASE WHEN $6 IS NULL OR $6 = email THEN bounced_at END, email = COALESCE($6, email), \
               phone = COALESCE($7, phone), country = COALESCE($8, country), category = COALESCE($9, category), \
               study_groups = COALESCE($10, study_groups), language = COALESCE($11, language), source_id = $12, changed_at = $13, \
               left_at = NULL WHERE id = $1";
    let groups = (!found.study_groups.is_empty()).then(|| to_json(&found.study_groups));
    let query = sqlx::query(sql).bind(person.id).bind(text(&found.name));
    let query = query.bind(text(&found.honorific)).bind(text(&found.organization)).bind(text(&found.role));
    let query = query.bind(found.email.as_ref().map(|email| email.reveal().to_owned())).bind(text(&found.phone));
    let query = query.bind(text(&found.country)).bind(text(&found.category)).bind(groups);
    let query = query.bind(language_of(filing, found).map(Language::as_str)).bind(message.0).bind(micros(filing.now));
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn withdraw(tx: &mut Tx, log: &mut Log<'_>, person: &Person) -> Result<()> {
    let sql = "UPDATE person SET left_at = $2, changed_at = $2, source_id = $3 WHERE id = $1 AND left_at IS NULL";
    let query = sqlx::query(sql).bind(person.id).bind(micros(log.filing.now)).bind(log.message.0);
    query.execute(&mut **tx).await?;
    log.note("listed", Some("yes"), Some("no"));
    for seat in roster::seats_of(tx, person.id).await? {
        log.note("seat", Some(&seat), None);
    }
    let sql = "UPDATE seat_holder SET until_at = $2, ended_by = $3 WHERE person_id = $1 AND until_at IS NULL";
    let query = sqlx::query(sql).bind(person.id).bind(micros(log.filing.now)).bind(log.message.0);
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn take_seats(tx: &mut Tx, log: &mut Log<'_>, person: i64) -> Result<()> {
    let planned = log.planned;
    for seat in &planned.seats {
        let sql = "INSERT INTO seat_holder (activity_id, seat_id, person_id, from_at, source_id) \
                   SELECT activity_id, id, $3, $4, $5 FROM seat WHERE activity_id = $1 AND word = $2 \
                   ON CONFLICT (seat_id, person_id) WHERE until_at IS NULL DO NOTHING";
        let filing = log.filing;
        let query = sqlx::query(sql).bind(filing.activity.0).bind(seat).bind(person).bind(micros(filing.now)).bind(log.message.0);
        if query.execute(&mut **tx).await?.rows_affected() > 0 {
            log.note("seat", None, Some(seat));
        }
        // The promise is kept.
        let sql = "UPDATE seat SET promised_at = NULL, promised_by = NULL WHERE activity_id = $1 AND word = $2";
        sqlx::query(sql).bind(filing.activity.0).bind(seat).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Collects the history of one planned person.
struct Log<'a> {
    filing: &'a Filing<'a>,
    message: MessageKey,
    planned: &'a PlannedPerson,
    person: Option<i64>,
    state: &'static str,
    /// Field, old value, new value.
    changes: Vec<(&'static str, Option<String>, Option<String>)>,
}

impl Log<'_> {
    fn proposal(&mut self, on_file: Option<&Person>, found: &FoundPerson) {
        if self.planned.action == Action::Withdraw {
            self.note("listed", on_file.map(|_| "yes"), Some("no"));
        }
        self.fields(on_file, found);
        for seat in &self.planned.seats {
            self.note("seat", None, Some(seat));
        }
    }

    /// An entry for each field that the letter says and that differs from the list.
    fn fields(&mut self, on_file: Option<&Person>, found: &FoundPerson) {
        let old = on_file.cloned().map(Fields::of_person).unwrap_or_default();
        for ((field, new), (_, old)) in Fields::of_found(found).0.iter().zip(old.0.iter().chain(std::iter::repeat(&("", None)))) {
            if new.is_some() && new != old {
                self.note(field, old.as_deref(), new.as_deref());
            }
        }
    }

    fn note(&mut self, field: &'static str, old: Option<&str>, new: Option<&str>) {
        self.changes.push((field, old.map(|old| plain(old).into_owned()), new.map(|new| plain(new).into_owned())));
    }

    /// All entries at once: a submission has about eight.
    async fn write(&self, tx: &mut Tx, dialect: Dialect) -> Result<()> {
        if self.changes.is_empty() {
            return Ok(());
        }
        // The same but for the name of the function that makes rows of a JSON list.
        let sql = match dialect {
            Dialect::Sqlite => {
                "INSERT INTO person_change (activity_id, person_id, message_id, found, action, state, changed_at, field, old_value, new_value) \
                 SELECT $1, $2, $3, $4, $5, $6, $7, c.value ->> 0, c.value ->> 1, c.value ->> 2 FROM json_each($8) AS c"
            }
            Dialect::Postgres => {
                "INSERT INTO person_change (activity_id, person_id, message_id, found, action, state, changed_at, field, old_value, new_value) \
                 SELECT $1, $2, $3, $4, $5, $6, $7, c.value ->> 0, c.value ->> 1, c.value ->> 2 \
                   FROM jsonb_array_elements(CAST($8 AS JSONB)) AS c (value)"
            }
        };
        let query = sqlx::query(sql).bind(self.filing.activity.0).bind(self.person).bind(self.message.0);
        let query = query.bind(i64::try_from(self.planned.found)?).bind(self.planned.action.as_str()).bind(self.state);
        query.bind(micros(self.filing.now)).bind(to_json(&self.changes)).execute(&mut **tx).await?;
        Ok(())
    }
}

/// The fields of a person by name, in one order.
#[derive(Default)]
pub(super) struct Fields(Vec<(&'static str, Option<String>)>);

impl Fields {
    /// A field's value by name.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| *field == name).and_then(|(_, value)| value.as_deref())
    }

    pub(super) fn of_person(person: Person) -> Fields {
        let name = Some(person.name);
        let email = person.email.map(|email| email.reveal().to_owned());
        let groups = (!person.study_groups.is_empty()).then(|| person.study_groups.join(", "));
        Fields(vec![
            ("name", name),
            ("honorific", person.honorific),
            ("organization", person.organization),
            ("role", person.role),
            ("email", email),
            ("phone", person.phone),
            ("country", person.country),
            ("category", person.category),
            ("study_groups", groups),
        ])
    }

    fn of_found(found: &FoundPerson) -> Fields {
        let groups = (!found.study_groups.is_empty()).then(|| found.study_groups.join(", "));
        Fields(vec![
            ("name", found.name.clone()),
            ("honorific", found.honorific.clone()),
            ("organization", found.organization.clone()),
            ("role", found.role.clone()),
            ("email", found.email.as_ref().map(|email| email.reveal().to_owned())),
            ("phone", found.phone.clone()),
            ("country", found.country.clone()),
            ("category", found.category.clone()),
            ("study_groups", groups),
        ])
    }
}

impl Store {
    /// Everybody on the list, by name.
    pub async fn people(&self, activity: ActivityId) -> Result<Vec<Person>> {
        let sql = "SELECT id, name, honorific, organization, role, email, phone, country, category, study_groups, language, source_id \
                   FROM person WHERE activity_id = $1 AND left_at IS NULL ORDER BY name, id";
        let rows = sqlx::query(sql).bind(activity.0).fetch_all(&self.readers).await.context("Cannot list the people")?;
        rows.iter().map(person_of).collect()
    }
}
