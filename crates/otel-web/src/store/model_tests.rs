//! The durable queue against a model: pages that seal, send, crash, leave, come back and take over
//! in any order. Whatever was on the shelf arrives, or is counted.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::shelf::Keep;
use super::tests::{NOW, Shared, label, page};
use super::*;
use crate::export::Reason;

#[derive(Clone, Copy, Debug)]
enum Step {
    Seal(usize),
    Send(usize),
    Answer {
        page: usize,
        arrived: bool,
        told: bool,
    },
    Crash(usize),
    Leave(usize),
    Return(usize),
    Tick(usize),
    Adopt(usize),
    Wait(u32),
}

const TABS: usize = 3;

fn any_step() -> impl Strategy<Value = Step> {
    let tab = 0..TABS;
    prop_oneof![
        4 => tab.clone().prop_map(Step::Seal),
        4 => tab.clone().prop_map(Step::Send),
        4 => (tab.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(page, arrived, told)| Step::Answer { page, arrived, told }),
        1 => tab.clone().prop_map(Step::Crash),
        1 => tab.clone().prop_map(Step::Leave),
        1 => tab.clone().prop_map(Step::Return),
        2 => tab.clone().prop_map(Step::Tick),
        2 => tab.prop_map(Step::Adopt),
        2 => prop_oneof![1..40_u32, 100..200_u32, 40_000..50_000_u32].prop_map(Step::Wait),
    ]
}

struct World {
    shelf: Shared,
    tabs: Vec<Line<Shared>>,
    now_s: u32,
    pages: u32,
    sealed: u8,
    arrived: BTreeSet<u8>,
    counted: u32,
}

impl World {
    fn new() -> Self {
        let shelf = Shared::default();
        let tabs = (0..TABS as u32).map(|name| page(&shelf, name, None));
        Self {
            tabs: tabs.collect(),
            shelf,
            now_s: NOW,
            pages: TABS as u32,
            sealed: 0,
            arrived: BTreeSet::new(),
            counted: 0,
        }
    }

    fn step(&mut self, step: Step) {
        let now_s = self.now_s;
        match step {
            Step::Seal(tab) => {
                self.tabs[tab].push(label(now_s), vec![self.sealed]);
                self.sealed += 1;
            }
            Step::Send(tab) => self.send(tab),
            Step::Answer {
                page,
                arrived,
                told,
            } => self.answer(page, arrived, told),
            Step::Crash(tab) => self.replace(tab),
            Step::Leave(tab) => {
                self.tabs[tab].leave();
                self.replace(tab);
            }
            Step::Return(tab) => {
                self.tabs[tab].leave();
                let neighbour = (tab + 1) % TABS;
                self.tabs[neighbour].adopt(now_s);
                self.tabs[tab].claim(now_s);
                self.tabs[tab].come_back();
            }
            Step::Tick(tab) => self.tabs[tab].claim(now_s),
            Step::Adopt(tab) => drop(self.tabs[tab].adopt(now_s)),
            Step::Wait(seconds) => self.now_s += seconds,
        }
        self.note_what_was_given_up();
    }

    fn send(&mut self, tab: usize) {
        self.tabs[tab].give_up_old(self.now_s);
        if let Some(batch) = self.tabs[tab].next() {
            batch.state = State::Sent;
        }
    }

    fn answer(&mut self, tab: usize, arrived: bool, told: bool) {
        let line = &mut self.tabs[tab];
        let Some(batch) = line
            .batches
            .iter_mut()
            .find(|batch| batch.state == State::Sent)
        else {
            return;
        };
        batch.state = State::Waiting;
        let (number, span) = (batch.number, batch.body[0]);
        if arrived {
            self.arrived.insert(span);
        }
        match (arrived, told) {
            (true, true) => drop(line.remove(number)),
            // Refused for good, say.
            (false, true) if span.is_multiple_of(5) => line.give_up(number, Reason::Rejected),
            _ => {}
        }
    }

    /// A new page in the same tab.
    fn replace(&mut self, tab: usize) {
        let previous = self.tabs[tab].page.clone();
        self.tabs[tab] = page(&self.shelf, self.pages, Some(previous));
        self.pages += 1;
    }

    fn note_what_was_given_up(&mut self) {
        for tab in &mut self.tabs {
            self.counted += std::mem::take(&mut tab.dropped).0.iter().sum::<u32>();
        }
    }

    /// Everybody is gone, one page is left, and the receiver is well.
    fn finish(&mut self) {
        (0..TABS).for_each(|tab| self.step(Step::Leave(tab)));
        self.step(Step::Wait(LEASE_S + 1));
        while !self.shelf.keys().is_empty() {
            self.step(Step::Adopt(0));
            while !self.tabs[0].is_empty() {
                self.step(Step::Send(0));
                self.step(Step::Answer {
                    page: 0,
                    arrived: true,
                    told: true,
                });
            }
        }
    }
}

proptest! {
    #[test]
    fn every_batch_arrives_or_is_counted(steps in proptest::collection::vec(any_step(), 0..120)) {
        let mut world = World::new();
        steps.into_iter().for_each(|step| world.step(step));
        world.finish();
        let missing = usize::from(world.sealed) - world.arrived.len();
        prop_assert!(missing <= world.counted as usize, "{missing} missing, {} counted", world.counted);
    }
}
