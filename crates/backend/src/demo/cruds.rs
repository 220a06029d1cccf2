//! The cruds of the demo accounts, with their reactions and replies, newest first.

use api_types::Ttl;

/// A crud with its age, its reactions and its replies.
pub(super) struct Crud {
    pub(super) handle: &'static str,
    pub(super) minutes_ago: i64,
    pub(super) ttl: Ttl,
    pub(super) message: &'static str,
    pub(super) liked_by: &'static [&'static str],
    pub(super) reposted_by: &'static [&'static str],
    /// Handles and messages, in order.
    pub(super) replies: &'static [(&'static str, &'static str)],
}

const fn crud(handle: &'static str, minutes_ago: i64, ttl: Ttl, message: &'static str) -> Crud {
    Crud {
        handle,
        minutes_ago,
        ttl,
        message,
        liked_by: &[],
        reposted_by: &[],
        replies: &[],
    }
}

impl Crud {
    const fn liked(self, liked_by: &'static [&'static str]) -> Self {
        Self { liked_by, ..self }
    }

    const fn reposted(self, reposted_by: &'static [&'static str]) -> Self {
        Self {
            reposted_by,
            ..self
        }
    }

    const fn replies(self, replies: &'static [(&'static str, &'static str)]) -> Self {
        Self { replies, ..self }
    }
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

const ANDREW: &str = "andrewbrown";
const BAYKO: &str = "bayko";
const WORF: &str = "worf";
const GAREK: &str = "garek";
const LONDO: &str = "londo";

#[rustfmt::skip]
pub(super) const CRUDS: &[Crud] = &[
    crud(BAYKO, 9, Ttl::OneHour, "Office hours are open. Bring your stack traces, leave with shorter ones. #CloudProject")
        .liked(&[ANDREW, GAREK]),
    crud(GAREK, HOUR, Ttl::TwelveHours, "My dear doctor, I am just simple tailor")
        .liked(&[ANDREW, LONDO, BAYKO]).reposted(&[LONDO]),
    crud(LONDO, 2 * HOUR, Ttl::OneDay, "I asked for one server. They gave me a cluster. This is how empires end. #CloudProject")
        .liked(&[GAREK, WORF, ANDREW, BAYKO]).reposted(&[GAREK])
        .replies(&[(GAREK, "And how did you dress for the occasion, Ambassador?"), (LONDO, "In velvet. One must go down well dressed.")]),
    crud(WORF, 4 * HOUR, Ttl::ThreeDays, "A retry without backoff is an attack. I do not tolerate attacks. #tracing")
        .liked(&[ANDREW, BAYKO, LONDO]).reposted(&[BAYKO]),
    crud(ANDREW, 6 * HOUR, Ttl::SevenDays, "Week 2 is up: follow one request from the browser to the database and back. @bayko checks the homework. #CloudProject #tracing")
        .liked(&[BAYKO, WORF, GAREK, LONDO]).reposted(&[BAYKO, WORF])
        .replies(&[(BAYKO, "Already checking. Someone sent me a photo of a whiteboard."), (WORF, "It was a good whiteboard.")]),
    crud(BAYKO, 9 * HOUR, Ttl::ThreeDays, "Day 41: the build is green and nobody knows why. Touching nothing. #100DaysOfCloud")
        .liked(&[ANDREW, GAREK, LONDO]),
    crud(GAREK, 13 * HOUR, Ttl::SevenDays, "A good span is like a good seam: you notice only the ones that are missing. #tracing")
        .liked(&[ANDREW, WORF, BAYKO, LONDO]).reposted(&[ANDREW]),
    crud(LONDO, 20 * HOUR, Ttl::SevenDays, "Day 12. I have learned what a subnet is. I was happier before. #100DaysOfCloud #CloudProject")
        .liked(&[BAYKO, GAREK]),
    crud(WORF, 26 * HOUR, Ttl::SevenDays, "Least privilege is not a restriction. It is discipline. #CloudProject")
        .liked(&[ANDREW, BAYKO]).reposted(&[BAYKO]),
    crud(ANDREW, 30 * HOUR, Ttl::ThirtyDays, "Reminder: the thing you only log is the thing you will need on a graph. #CloudProject")
        .liked(&[GAREK, WORF]),
    crud(ANDREW, 2 * DAY, Ttl::SevenDays, "Cloud is very fun!")
        .liked(&[BAYKO, GAREK, LONDO]).replies(&[(WORF, "This post has no honor!")]),
    crud(BAYKO, 2 * DAY + 3 * HOUR, Ttl::SevenDays, "Read the error. Then read it aloud. Then read the line above it. #100DaysOfCloud")
        .liked(&[ANDREW, WORF, LONDO, GAREK]).reposted(&[ANDREW]),
    crud(GAREK, 2 * DAY + 8 * HOUR, Ttl::SevenDays, "I never lie about my uptime. I merely tailor the measuring window. #CloudProject")
        .liked(&[LONDO, BAYKO]).replies(&[(WORF, "I am watching you, tailor.")]),
    crud(LONDO, 3 * DAY, Ttl::SevenDays, "They tell me it is serverless. Then who, I ask you, is serving me? #CloudProject")
        .liked(&[GAREK, ANDREW, BAYKO]).reposted(&[GAREK]),
    crud(WORF, 3 * DAY + 5 * HOUR, Ttl::ThirtyDays, "Day 30. I have defeated the pipeline in single combat. #100DaysOfCloud")
        .liked(&[ANDREW, BAYKO, GAREK]).replies(&[(ANDREW, "Did you keep the artifacts?"), (WORF, "As trophies.")]),
    crud(BAYKO, 3 * DAY + 9 * HOUR, Ttl::SevenDays, "If two services disagree about the time, neither of them is right. #tracing")
        .liked(&[WORF, GAREK]),
    crud(ANDREW, 4 * DAY, Ttl::ThirtyDays, "New diagram for week 3. Twelve boxes, one arrow that matters. #CloudProject")
        .liked(&[BAYKO]).reposted(&[BAYKO]),
    crud(GAREK, 4 * DAY + 6 * HOUR, Ttl::SevenDays, "Someone left the bucket public. I have altered it. No charge. #CloudProject")
        .liked(&[ANDREW, WORF, BAYKO]),
    crud(LONDO, 5 * DAY, Ttl::SevenDays, "Day 7. My dashboard is all red. In my palace this was a sign of taste. #100DaysOfCloud")
        .liked(&[GAREK, BAYKO, ANDREW]),
    crud(WORF, 5 * DAY + 2 * HOUR, Ttl::ThirtyDays, "The load balancer shows no courage. It shares every burden. #CloudProject")
        .liked(&[LONDO]),
    crud(BAYKO, 5 * DAY + 7 * HOUR, Ttl::ThirtyDays, "Grading tip: a screenshot of the console is not infrastructure as code. #CloudProject")
        .liked(&[ANDREW, WORF]),
    crud(ANDREW, 6 * DAY, Ttl::ThirtyDays, "Asked the class for a root cause. Got five, all correct. #CloudProject #100DaysOfCloud")
        .liked(&[BAYKO, GAREK]),
    crud(WORF, 7 * DAY, Ttl::ThirtyDays, "I am out of prune juice")
        .liked(&[ANDREW, BAYKO, GAREK, LONDO]).replies(&[(BAYKO, "There is a backlog item for that."), (GAREK, "I know a supplier. I always do.")]),
    crud(LONDO, 8 * DAY, Ttl::ThirtyDays, "Every click I make is now a #tracing lesson in humility.")
        .liked(&[ANDREW, BAYKO, GAREK, WORF]).reposted(&[ANDREW, BAYKO]),
    crud(GAREK, 9 * DAY, Ttl::ThirtyDays, "The truth is usually just a cache that has not expired. #CloudProject")
        .liked(&[LONDO, WORF]),
    crud(BAYKO, 10 * DAY, Ttl::ThirtyDays, "Half of the spans I reviewed today were named \"handler\". The other half were missing. #tracing")
        .liked(&[ANDREW, GAREK]),
    crud(ANDREW, 11 * DAY, Ttl::ThirtyDays, "Budget alarms first, then everything else. Ask me how I know. #CloudProject")
        .liked(&[WORF, BAYKO, LONDO]).reposted(&[WORF])
        .replies(&[(LONDO, "How do you know?"), (ANDREW, "A NAT gateway and a long weekend.")]),
    crud(WORF, 12 * DAY, Ttl::ThirtyDays, "Day 21. Containers are small ships. A captain goes down with each. #100DaysOfCloud")
        .liked(&[ANDREW, GAREK]),
    crud(LONDO, 13 * DAY, Ttl::ThirtyDays, "I migrated the imperial archives by hand. Never again. #CloudProject")
        .liked(&[GAREK]),
    crud(GAREK, 14 * DAY, Ttl::ThirtyDays, "A colleague asked what I did before the cloud. I said: weather. #100DaysOfCloud")
        .liked(&[ANDREW, BAYKO, LONDO]).reposted(&[LONDO]),
    crud(BAYKO, 15 * DAY, Ttl::ThirtyDays, "Today's lesson was DNS. Today's outage was also DNS. #CloudProject")
        .liked(&[ANDREW, WORF, GAREK, LONDO]).reposted(&[ANDREW]),
    crud(ANDREW, 16 * DAY, Ttl::ThirtyDays, "You do not need more logs. You need one good trace. #tracing")
        .liked(&[BAYKO, WORF]),
    crud(WORF, 17 * DAY, Ttl::ThirtyDays, "Day 14. I have named my first cluster after my mother. It has not failed. #100DaysOfCloud")
        .liked(&[BAYKO, LONDO]),
    crud(LONDO, 18 * DAY, Ttl::ThirtyDays, "What is eventual consistency? It is how my cousins repay a loan. #CloudProject")
        .liked(&[GAREK, BAYKO, ANDREW]),
    crud(GAREK, 19 * DAY, Ttl::ThirtyDays, "Day 9. Rotated every key in the shop. Found two I had not made. #100DaysOfCloud #CloudProject")
        .liked(&[WORF]),
    crud(BAYKO, 20 * DAY, Ttl::ThirtyDays, "Welcome, everyone! Introduce yourselves before your cruds expire. #CloudProject")
        .liked(&[ANDREW, GAREK, LONDO, WORF])
        .replies(&[(WORF, "I am Worf."), (GAREK, "Garek. I sew."), (LONDO, "You all know who I am.")]),
    crud(ANDREW, 21 * DAY, Ttl::ThirtyDays, "Day 1. Open a terminal, take a breath, and tag your resources. #100DaysOfCloud #CloudProject")
        .liked(&[BAYKO, WORF, GAREK]).reposted(&[BAYKO, GAREK]),
];

#[cfg(test)]
mod tests {
    use api_types::CRUD_MAX_CHARS;

    use super::*;
    use crate::demo::accounts::ACCOUNTS;

    fn known(handle: &str) -> bool {
        ACCOUNTS.iter().any(|account| account.handle == handle)
    }

    #[test]
    fn demo_cruds_are_valid_and_have_not_expired() {
        assert!(CRUDS.len() >= 36, "more than one page");
        for crud in CRUDS {
            assert!(
                crud.message.chars().count() <= CRUD_MAX_CHARS,
                "{}",
                crud.message
            );
            assert!(
                crud.minutes_ago * 60_000 < crud.ttl.as_millis(),
                "expired: {}",
                crud.message
            );
        }
    }

    #[test]
    fn only_demo_accounts_post_react_and_reply() {
        for crud in CRUDS {
            let replies = crud.replies.iter().map(|(handle, _)| handle);
            let handles = crud.liked_by.iter().chain(crud.reposted_by).chain(replies);
            assert!(
                known(crud.handle) && handles.copied().all(known),
                "{}",
                crud.message
            );
        }
    }

    #[test]
    fn demo_cruds_are_sorted_newest_first() {
        assert!(CRUDS.is_sorted_by_key(|crud| crud.minutes_ago));
    }
}
