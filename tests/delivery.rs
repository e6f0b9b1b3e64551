//! LOOP 2 with a real store and a scripted mail server on this machine.

mod witness;

use crate::support::cutter::cutter;
use crate::support::postfix::Postfix;
use crate::support::smtp_server::{Act, SmtpServer};
use jcabot::charter::Charter;
use jcabot::clock::{Clock, Steady};
use jcabot::delivery::{Delivery, Settled};
use jcabot::domain::address::Address;
use jcabot::domain::steps::Draft;
use jcabot::domain::words::{OutboxState, Outgoing};
use jcabot::domain::{LetterKey, Timestamp};
use jcabot::health::Health;
use jcabot::lease::Lease;
use jcabot::resources::Resources;
use jcabot::smtp::{Bounces, Transport};
use jcabot::stop;
use jcabot::store::{ActivityId, Caps, Settings, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// An outbox, and the loop that empties it.
struct Post {
    store: Store,
    activity: ActivityId,
    delivery: Delivery,
    bell: Arc<Notify>,
    _dir: tempfile::TempDir,
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn start() -> Timestamp {
    "2012-08-20T08:00:00Z".parse().unwrap()
}

fn after(hours: i64) -> Clock {
    Clock::set_to(start() + jiff::SignedDuration::from_hours(hours))
}

impl Post {
    async fn to(port: u16) -> Post {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("jca.db").display());
        let store = Store::open(&Settings { url }).await.unwrap();
        let charter = Charter::load(&Resources::built_in(), "jca-cop").unwrap();
        let activity = store.begin(&charter, start()).await.unwrap();
        let settings = toml::from_str(&format!("[smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"")).unwrap();
        let bell = Arc::new(Notify::new());
        let delivery = Delivery {
            store: store.clone(),
            transport: Transport::new(settings).unwrap(),
            bounces: Bounces::new(address("jca@jca.example"), vec![7; 32].into()),
            caps: Caps::default(),
            witness: None,
            rest: None,
            lease: Lease::unlimited(),
            health: Health::default(),
            steady: Steady::default(),
            clock: after(0),
            wake: bell.clone(),
        };
        Post { store, activity, delivery, bell, _dir: dir }
    }

    async fn enqueue(&self, to: &str) -> LetterKey {
        self.enqueue_as(to, to, OutboxState::Ready).await
    }

    async fn enqueue_as(&self, to: &str, id: &str, state: OutboxState) -> LetterKey {
        enqueue(&self.store, self.activity, to, id, state).await
    }

    async fn state(&self, letter: LetterKey) -> OutboxState {
        self.store.letter(self.activity, letter).await.unwrap().unwrap().state
    }

    async fn deliver(&mut self, hours: i64) -> Vec<Settled> {
        self.delivery.clock = after(hours);
        self.delivery.deliver_due().await.unwrap()
    }
}

async fn enqueue(store: &Store, activity: ActivityId, to: &str, id: &str, state: OutboxState) -> LetterKey {
    let message_id = format!("{}@jca.example", id.replace('@', "."));
    let draft = Draft {
        kind: Outgoing::Acknowledgement,
        intent: id.to_owned(),
        to: address(to),
        bytes: format!("Message-ID: <{message_id}>\r\nTo: {to}\r\nSubject: Received\r\n\r\nThank you\r\n").into_bytes(),
        message_id,
        state,
        held_because: Vec::new(),
        due_at: start(),
    };
    store.enqueue(activity, &[draft], start()).await.unwrap()[0]
}

#[tokio::test]
async fn a_letter_that_is_due_is_sent_once_from_an_address_of_its_own() {
    let server = SmtpServer::start(&[]).await;
    let mut post = Post::to(server.port).await;
    let letter = post.enqueue("jane@a.example").await;

    let first = post.deliver(0).await;
    let second = post.deliver(1).await;

    assert_eq!((first, second), (vec![Settled::Accepted], vec![]));
    assert_eq!(post.state(letter).await, OutboxState::Accepted);
    let taken = server.taken();
    let id = post.store.letter(post.activity, letter).await.unwrap().unwrap().message_id;
    assert!(post.delivery.bounces.is_of(&address(&taken[0].from), &id), "{}", taken[0].from);
    assert_eq!(taken[0].letter.as_bytes(), post.store.letter_bytes(post.activity, letter).await.unwrap().unwrap());
}

#[tokio::test]
async fn a_held_letter_stays_and_a_released_one_goes() {
    let server = SmtpServer::start(&[]).await;
    let mut post = Post::to(server.port).await;
    let letter = post.enqueue_as("jane@a.example", "held", OutboxState::Held).await;

    let held = post.deliver(0).await;
    post.store.release(letter, "secretary", start()).await.unwrap();
    let released = post.deliver(1).await;

    assert_eq!((held, released), (vec![], vec![Settled::Accepted]));
}

#[tokio::test]
async fn a_greylisted_letter_is_delivered_by_the_next_try_with_the_same_bytes() {
    let server = SmtpServer::start(&[]).await;
    server.once("RCPT", Act::Say("450 4.7.1 Greylisted, come back"));
    let mut post = Post::to(server.port).await;
    let letter = post.enqueue("jane@a.example").await;

    let refused = post.deliver(0).await;
    let state = post.state(letter).await;
    let at_once = post.deliver(0).await;
    let later = post.deliver(1).await;

    assert_eq!((refused, state, at_once, later), (vec![Settled::Postponed], OutboxState::Retry, vec![], vec![Settled::Accepted]));
    assert_eq!(server.taken()[0].letter.as_bytes(), post.store.letter_bytes(post.activity, letter).await.unwrap().unwrap());
}

#[tokio::test]
async fn a_letter_that_is_always_deferred_is_given_up_after_five_days() {
    let server = SmtpServer::start(&[]).await;
    server.always("RCPT", Act::Say("450 4.2.0 Later"));
    let mut post = Post::to(server.port).await;
    let letter = post.enqueue("jane@a.example").await;

    let mut last_try = 0;
    for hour in 0..24 * 8 {
        if !post.deliver(hour).await.is_empty() {
            last_try = hour;
        }
    }

    assert_eq!(post.state(letter).await, OutboxState::Failed);
    // Five days on the minute, longer here: the tries of this test fall on full hours.
    assert!((24 * 5..24 * 7).contains(&last_try), "{last_try}");
    assert!(post.store.letter(post.activity, letter).await.unwrap().unwrap().note.starts_with("Given up after five days: 450"));
}

#[tokio::test]
async fn a_letter_refused_for_good_is_never_tried_again() {
    let server = SmtpServer::start(&[]).await;
    server.always("RCPT TO:<gone", Act::Say("550 5.1.1 No such user"));
    let mut post = Post::to(server.port).await;
    let gone = post.enqueue("gone@a.example").await;
    let jane = post.enqueue("jane@a.example").await;

    let ends = post.deliver(0).await;
    let again = post.deliver(200).await;

    assert_eq!((ends, again), (vec![Settled::Failed, Settled::Accepted], vec![]));
    assert_eq!((post.state(gone).await, post.state(jane).await), (OutboxState::Failed, OutboxState::Accepted));
    assert_eq!(post.store.letter(post.activity, gone).await.unwrap().unwrap().note, "550 5.1.1 No such user");
}

#[tokio::test]
async fn a_letter_of_unknown_fate_is_sent_again_with_the_same_bytes_at_most_three_times() {
    let server = SmtpServer::start(&[]).await;
    server.always(".", Act::HangUp);
    let mut post = Post::to(server.port).await;
    let letter = post.enqueue("jane@a.example").await;

    let first = post.deliver(0).await;
    let (state, at_once) = (post.state(letter).await, post.deliver(0).await);
    for hour in 1..10 {
        post.deliver(hour).await;
    }

    assert_eq!((first, state, at_once), (vec![Settled::Unknown], OutboxState::Ambiguous, vec![]));
    let taken = server.taken();
    assert_eq!(taken.len(), 4);
    assert!(taken.iter().all(|copy| *copy == taken[0]));
    assert_eq!(post.state(letter).await, OutboxState::Failed);
}

#[tokio::test]
async fn a_letter_whose_sender_died_is_sent_again_once_its_lease_ran_out() {
    let server = SmtpServer::start(&[]).await;
    let mut post = Post::to(server.port).await;
    let letter = post.enqueue("jane@a.example").await;
    let lease = start() + jiff::SignedDuration::from_mins(2);
    post.store.claim(0, start(), lease, &Caps::default()).await.unwrap().unwrap();

    let early = post.deliver(0).await;
    let later = post.deliver(1).await;

    assert_eq!((early, later), (vec![], vec![Settled::Accepted]));
    assert_eq!((post.state(letter).await, server.taken().len()), (OutboxState::Accepted, 1));
}

#[tokio::test]
async fn a_server_that_is_not_there_costs_one_letter_one_try_and_the_others_none() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut post = Post::to(port).await;
    post.enqueue("jane@a.example").await;
    let second = post.enqueue("joe@a.example").await;

    let ends = post.deliver(0).await;

    assert_eq!(ends, [Settled::Unreachable]);
    assert_eq!(post.state(second).await, OutboxState::Ready);
}

#[tokio::test]
async fn the_loop_ends_after_the_letter_in_hand() {
    let server = SmtpServer::start(&[]).await;
    let reply = Arc::new(Notify::new());
    server.once(".", Act::Wait(reply.clone()));
    let post = Post::to(server.port).await;
    let (first, second) = (post.enqueue("jane@a.example").await, post.enqueue("joe@a.example").await);
    let (stopper, stop) = stop::signal();

    let running = tokio::spawn(post.delivery.run(stop));
    server.takes(1).await;
    stopper.stop();
    reply.notify_one();
    running.await.unwrap();

    let states = [first, second].map(|letter| post.store.letter(post.activity, letter));
    let states = futures_util::future::join_all(states).await.into_iter().map(|letter| letter.unwrap().unwrap().state);
    assert_eq!(states.collect::<Vec<_>>(), [OutboxState::Accepted, OutboxState::Ready]);
}

#[tokio::test]
async fn the_loop_wakes_for_a_new_letter() {
    let server = SmtpServer::start(&[]).await;
    let Post { store, activity, delivery, bell, _dir } = Post::to(server.port).await;
    let (stopper, stop) = stop::signal();
    let running = tokio::spawn(delivery.run(stop));

    enqueue(&store, activity, "jane@a.example", "1", OutboxState::Ready).await;
    bell.notify_one();
    let woken = tokio::time::timeout(Duration::from_secs(10), server.takes(1)).await;
    stopper.stop();
    running.await.unwrap();

    assert!(woken.is_ok());
}

#[tokio::test]
async fn a_reply_of_postfix_lost_after_the_dot_makes_one_more_copy_with_the_same_message_id() {
    let Some(postfix) = Postfix::running() else { return };
    let mut post = Post::to(cutter(postfix.port, 1).await).await;
    let letter = post.enqueue("joe@post.example").await;
    let id = post.store.letter(post.activity, letter).await.unwrap().unwrap().message_id;

    let lost = post.deliver(0).await;
    let again = post.deliver(1).await;

    assert_eq!((lost, again), (vec![Settled::Unknown], vec![Settled::Accepted]));
    let copies = postfix.letters_of("joe", &format!("Message-ID: <{id}>"), 2).await;
    assert_eq!(copies.len(), 2);
}

#[tokio::test]
async fn postfix_defers_and_refuses_and_the_outbox_says_so() {
    let Some(postfix) = Postfix::running() else { return };
    let mut post = Post::to(postfix.port).await;
    let (later, nobody) = (post.enqueue("later@post.example").await, post.enqueue("nobody@post.example").await);

    let ends = post.deliver(0).await;

    assert_eq!(ends, [Settled::Postponed, Settled::Failed]);
    assert_eq!((post.state(later).await, post.state(nobody).await), (OutboxState::Retry, OutboxState::Failed));
}
