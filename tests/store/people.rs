//! People and seats: what letters change, propose and promise, with its history.

use crate::support::store::{Ledger, Letter, address, at, now, on_each};
use jcabot::domain::records::Seat;
use jcabot::domain::steps::{FoundPerson, PlannedPerson};
use jcabot::domain::words::{Action, SeatState};

fn found(name: &str, email: &str) -> FoundPerson {
    FoundPerson {
        name: Some(name.to_owned()),
        email: Some(address(email)),
        organization: Some("Ministry".to_owned()),
        study_groups: vec!["SG17".to_owned()],
        ..FoundPerson::default()
    }
}

/// A letter that asks for something about one person.
fn about(name: &str, person: FoundPerson, planned: PlannedPerson) -> Letter {
    let mut letter = Letter::new(name);
    letter.findings.contacts = vec![person];
    letter.plan.people = vec![planned];
    letter
}

fn planned(action: Action, person: Option<i64>) -> PlannedPerson {
    PlannedPerson { found: 0, action, applied: true, person, seats: vec!["sg17".to_owned()] }
}

async fn seat(ledger: &Ledger, id: &str) -> Seat {
    ledger.store.roster(ledger.activity).await.unwrap().into_iter().find(|seat| seat.id == id).unwrap()
}

/// A person in seat sg17.
async fn one_person(ledger: &Ledger) -> i64 {
    about("add", found("Jane Doe", "jane@member.example"), planned(Action::Add, None)).file(ledger).await;
    ledger.store.people(ledger.activity).await.unwrap().remove(0).id
}

#[tokio::test]
async fn a_named_person_fills_the_seat() {
    on_each(async |ledger| {
        one_person(ledger).await;

        let seat = seat(ledger, "sg17").await;

        assert_eq!((seat.state, seat.since), (SeatState::Filled, Some(now())));
        assert_eq!(seat.people[0].name, "Jane Doe");
        assert_eq!(seat.people[0].study_groups, ["SG17"]);
        let silent = ledger.store.roster(ledger.activity).await.unwrap();
        assert_eq!((silent.len(), silent.iter().filter(|seat| seat.state == SeatState::Silent).count()), (9, 8));
    })
    .await;
}

#[tokio::test]
async fn every_changed_field_has_its_old_value_and_its_letter() {
    on_each(async |ledger| {
        let id = one_person(ledger).await;
        let change = FoundPerson { phone: Some("+41227305111".to_owned()), ..found("Jane Doe-Roe", "jane@member.example") };

        let filed = about("update", change, planned(Action::Update, Some(id))).file(ledger).await;

        let changes = ledger.store.changes_by(filed.message).await.unwrap();
        let told: Vec<_> =
            changes.iter().map(|c| (c.field.as_str(), c.old.as_deref(), c.new.as_deref(), c.state.as_str())).collect();
        assert_eq!(
            told,
            [("name", Some("Jane Doe"), Some("Jane Doe-Roe"), "applied"), ("phone", None, Some("+41227305111"), "applied")]
        );
        let people = ledger.store.people(ledger.activity).await.unwrap();
        assert_eq!((people.len(), people[0].name.as_str()), (1, "Jane Doe-Roe"));
        assert_eq!((people[0].source, people[0].organization.as_deref()), (Some(filed.message), Some("Ministry")));
        assert_eq!(ledger.store.changes_of(id).await.unwrap().len(), 7);
    })
    .await;
}

#[tokio::test]
async fn a_strangers_change_is_only_a_proposal() {
    on_each(async |ledger| {
        let id = one_person(ledger).await;
        let mut stranger = about("eve", found("Jane Doe", "eve@evil.example"), planned(Action::Update, Some(id)));
        stranger.plan.people[0].applied = false;
        let mut removal = about("mallory", found("Jane Doe", "jane@member.example"), planned(Action::Withdraw, Some(id)));
        removal.plan.people[0].applied = false;

        stranger.file(ledger).await;
        removal.file(ledger).await;

        let people = ledger.store.people(ledger.activity).await.unwrap();
        assert_eq!(people[0].email, Some(address("jane@member.example")));
        let proposals = ledger.store.proposals(ledger.activity).await.unwrap();
        let fields: Vec<_> = proposals.iter().map(|change| (change.field.as_str(), change.new.as_deref())).collect();
        assert_eq!(fields[0], ("email", Some("eve@evil.example")));
        assert!(fields.contains(&("listed", Some("no"))));
        assert_eq!(seat(ledger, "sg17").await.state, SeatState::Filled);
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_person_leaves_list_and_seat_and_stays_in_the_history() {
    on_each(async |ledger| {
        let id = one_person(ledger).await;

        let filed =
            about("leave", found("Jane Doe", "jane@member.example"), planned(Action::Withdraw, Some(id))).file(ledger).await;

        assert!(ledger.store.people(ledger.activity).await.unwrap().is_empty());
        assert_eq!(seat(ledger, "sg17").await.state, SeatState::Silent);
        let changes = ledger.store.changes_by(filed.message).await.unwrap();
        let fields: Vec<_> = changes.iter().map(|change| (change.field.as_str(), change.old.as_deref())).collect();
        assert_eq!(fields, [("listed", Some("yes")), ("seat", Some("sg17"))]);
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM seat_holder WHERE until_at IS NOT NULL").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_person_in_two_letters_is_listed_once_and_only_filled_up() {
    on_each(async |ledger| {
        one_person(ledger).await;
        let mut again = found("Jane Doe", "jane@member.example");
        again.organization = Some("Another ministry".to_owned());
        again.country = Some("CH".to_owned());

        about("again", again, planned(Action::Add, None)).file(ledger).await;

        let people = ledger.store.people(ledger.activity).await.unwrap();
        assert_eq!(people.len(), 1);
        assert_eq!((people[0].organization.as_deref(), people[0].country.as_deref()), (Some("Ministry"), Some("CH")));
    })
    .await;
}

#[tokio::test]
async fn a_promise_a_question_and_a_bounce_show_in_the_roster() {
    on_each(async |ledger| {
        let mut promise = Letter::new("promise");
        promise.plan.promised_seats = vec!["sg2".to_owned()];
        promise.file(ledger).await;
        ledger.store.seat_asked(ledger.activity, "sg9", now()).await.unwrap();
        one_person(ledger).await;
        let mut bounce = Letter::new("bounce");
        bounce.plan.bounced = vec![address("jane@member.example")];
        bounce.now = at("2012-08-21T08:00:00Z");
        bounce.file(ledger).await;

        assert_eq!(seat(ledger, "sg2").await.state, SeatState::Promised);
        assert_eq!((seat(ledger, "sg9").await.state, seat(ledger, "sg9").await.asked_at), (SeatState::Asked, Some(now())));
        assert_eq!(seat(ledger, "sg17").await.state, SeatState::Bounced);
        assert!(ledger.store.seat_asked(ledger.activity, "sg99", now()).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_new_address_ends_the_bounce() {
    on_each(async |ledger| {
        let id = one_person(ledger).await;
        let mut bounce = Letter::new("bounce");
        bounce.plan.bounced = vec![address("jane@member.example")];
        bounce.file(ledger).await;

        about("moved", found("Jane Doe", "jane@new.example"), planned(Action::Update, Some(id))).file(ledger).await;

        assert_eq!(seat(ledger, "sg17").await.state, SeatState::Filled);
    })
    .await;
}

#[tokio::test]
async fn people_are_recalled_by_the_writers_address_and_by_what_the_letter_names() {
    on_each(async |ledger| {
        let id = one_person(ledger).await;
        let mut by_writer = Letter::new("writer");
        by_writer.mail.from[0].address = Some(address("jane@member.example"));
        let mut by_name = Letter::new("name");
        by_name.findings.contacts = vec![FoundPerson { name: Some("Jane Doe".to_owned()), ..FoundPerson::default() }];
        let nobody = Letter::new("nobody");

        for (letter, expected) in [(by_writer, vec![id]), (by_name, vec![id]), (nobody, vec![])] {
            let known = ledger.store.recall(ledger.activity, &letter.mail, &letter.findings, now()).await.unwrap();
            assert_eq!(known.people.iter().map(|person| person.id).collect::<Vec<_>>(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn letters_of_one_batch_see_each_other() {
    on_each(async |ledger| {
        let first = about("first", found("Jane Doe", "jane@member.example"), planned(Action::Add, None));
        let second = Letter::new("first");
        let mut batch = ledger.store.batch().await.unwrap();

        batch.file(&first.filing(ledger.activity)).await.unwrap();
        let known = batch.recall(ledger.activity, &second.mail, &first.findings, now()).await.unwrap();
        let dropped = ledger.place.number("SELECT COUNT(*) FROM message").await;
        batch.commit().await.unwrap();

        assert!(known.filed.is_some());
        assert_eq!((known.people.len(), dropped), (1, 0));
        assert_eq!(ledger.place.number("SELECT COUNT(*) FROM message").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_seat_that_the_charter_drops_leaves_the_roster_and_comes_back_with_it() {
    on_each(async |ledger| {
        one_person(ledger).await;
        let mut charter = crate::support::store::charter();
        let sg17 = charter.seats.iter().position(|seat| seat.id == "sg17").unwrap();
        let dropped = charter.seats.remove(sg17);

        ledger.store.begin(&charter, now()).await.unwrap();
        let without = ledger.store.roster(ledger.activity).await.unwrap().len();
        charter.seats.push(dropped);
        ledger.store.begin(&charter, now()).await.unwrap();

        assert_eq!(without, 8);
        let roster = ledger.store.roster(ledger.activity).await.unwrap();
        assert_eq!((roster.len(), roster[8].id.as_str(), roster[8].state), (9, "sg17", SeatState::Filled));
    })
    .await;
}
