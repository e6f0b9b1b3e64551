//! Deadlines as a calendar (RFC 5545) that a mail client subscribes to or opens.

use crate::charter::{Charter, Meeting};
use crate::domain::Timestamp;
use crate::domain::records::Deadline;
use crate::domain::words::DeadlineState;
use crate::reply::cards::{escape, fold};
use jiff::tz::TimeZone;

/// One event for each deadline, at its moment in UTC, with an alarm a week and a day before while it is open. The same deadline
/// has the same UID each time, so that a client replaces its entry.
pub fn calendar(deadlines: &[Deadline], charter: &Charter, now: Timestamp) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//jcabot//deadlines//EN\r\nMETHOD:PUBLISH\r\n");
    text += &fold(&format!("X-WR-CALNAME:{}", escape(&charter.name)));
    for meeting in &charter.meetings {
        text += &self::meeting(meeting, charter, now);
    }
    for deadline in deadlines {
        text += &event(deadline, charter, now);
    }
    text + "END:VCALENDAR\r\n"
}

fn event(deadline: &Deadline, charter: &Charter, now: Timestamp) -> String {
    let mut text = String::from("BEGIN:VEVENT\r\n");
    text += &fold(&format!("UID:deadline-{}-{}", deadline.id, charter.mailbox.reveal()));
    text += &format!("DTSTAMP:{}\r\nDTSTART:{}\r\n", utc(now), utc(deadline.due_at));
    text += &fold(&format!("SUMMARY:{}", escape(&deadline.title)));
    text += match deadline.state {
        DeadlineState::Open => "STATUS:CONFIRMED\r\n",
        DeadlineState::Met | DeadlineState::Missed => "STATUS:CONFIRMED\r\nTRANSP:TRANSPARENT\r\n",
        DeadlineState::Waived => "STATUS:CANCELLED\r\n",
    };
    if deadline.state == DeadlineState::Open {
        for before in ["-P7D", "-P1D"] {
            text += "BEGIN:VALARM\r\nACTION:DISPLAY\r\n";
            text += &fold(&format!("DESCRIPTION:{}", escape(&deadline.title)));
            text += &format!("TRIGGER:{before}\r\nEND:VALARM\r\n");
        }
    }
    text + "END:VEVENT\r\n"
}

/// A meeting of the charter, from its first to its last minute.
fn meeting(meeting: &Meeting, charter: &Charter, now: Timestamp) -> String {
    let at = |local: jiff::civil::DateTime| local.to_zoned_datetime(charter.zone()).map_or(now, |at| at.timestamp());
    let mut text = String::from("BEGIN:VEVENT\r\n");
    text += &fold(&format!("UID:meeting-{}-{}", meeting.id, charter.mailbox.reveal()));
    text += &format!("DTSTAMP:{}\r\nDTSTART:{}\r\nDTEND:{}\r\n", utc(now), utc(at(meeting.starts)), utc(at(meeting.ends)));
    text += &fold(&format!("SUMMARY:{}", escape(&meeting.title)));
    text += &fold(&format!("LOCATION:{}", escape(&meeting.place)));
    text + "END:VEVENT\r\n"
}

fn utc(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}
