//! A model of several tabs that build, send, crash, leave, come back and adopt batches in any order.
//! Every stored batch is delivered or counted.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Build(usize),
    Send(usize),
    Respond {
        tab: usize,
        is_delivered: bool,
        is_received: bool,
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
        4 => tab.clone().prop_map(Step::Build),
        4 => tab.clone().prop_map(Step::Send),
        4 => (tab.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(tab, is_delivered, is_received)| Step::Respond { tab, is_delivered, is_received }),
        1 => tab.clone().prop_map(Step::Crash),
        1 => tab.clone().prop_map(Step::Leave),
        1 => tab.clone().prop_map(Step::Return),
        2 => tab.clone().prop_map(Step::Tick),
        2 => tab.prop_map(Step::Adopt),
        2 => prop_oneof![1..40_u32, 100..200_u32, 40_000..50_000_u32].prop_map(Step::Wait),
    ]
}

struct Model {
    store: SharedStore,
    tabs: Vec<BatchQueue<SharedStore>>,
    now_s: u32,
    page_count: u32,
    batch_count: u8,
    delivered: BTreeSet<u8>,
    drop_count: u32,
}

impl Model {
    fn new() -> Self {
        let store = SharedStore::default();
        let tabs = (0..TABS as u32).map(|id| page(&store, id, None));
        Self {
            tabs: tabs.collect(),
            store,
            now_s: NOW_S,
            page_count: TABS as u32,
            batch_count: 0,
            delivered: BTreeSet::new(),
            drop_count: 0,
        }
    }

    fn step(&mut self, step: Step) {
        let now_s = self.now_s;
        match step {
            Step::Build(tab) => {
                self.tabs[tab].push(header(now_s), vec![self.batch_count]);
                self.batch_count += 1;
            }
            Step::Send(tab) => self.send(tab),
            Step::Respond {
                tab,
                is_delivered,
                is_received,
            } => self.respond(tab, is_delivered, is_received),
            Step::Crash(tab) => self.replace(tab),
            Step::Leave(tab) => {
                self.tabs[tab].announce_departure();
                self.replace(tab);
            }
            Step::Return(tab) => {
                self.tabs[tab].announce_departure();
                let neighbor = (tab + 1) % TABS;
                self.tabs[neighbor].adopt(now_s);
                self.tabs[tab].renew_lease(now_s);
                self.tabs[tab].restore();
            }
            Step::Tick(tab) => self.tabs[tab].renew_lease(now_s),
            Step::Adopt(tab) => drop(self.tabs[tab].adopt(now_s)),
            Step::Wait(seconds) => self.now_s += seconds,
        }
        self.count_drops();
    }

    fn send(&mut self, tab: usize) {
        self.tabs[tab].drop_expired(self.now_s);
        let next = self.tabs[tab].next().map(|batch| batch.number);
        if let Some(number) = next {
            self.tabs[tab].apply(number, BatchEvent::Sent);
        }
    }

    fn respond(&mut self, tab: usize, is_delivered: bool, is_received: bool) {
        let queue = &mut self.tabs[tab];
        let Some(batch) = queue
            .batches
            .iter()
            .find(|batch| batch.state == BatchState::InFlight)
        else {
            return;
        };
        let (number, span) = (batch.number, batch.body[0]);
        if is_delivered {
            self.delivered.insert(span);
        }
        let event = match (is_delivered, is_received) {
            (true, true) => BatchEvent::Confirmed,
            // The receiver rejects every fifth batch.
            (false, true) if span.is_multiple_of(5) => BatchEvent::Rejected,
            _ => BatchEvent::Retry,
        };
        queue.apply(number, event);
    }

    /// Opens a new page in the same tab.
    fn replace(&mut self, tab: usize) {
        let previous = self.tabs[tab].page_id.clone();
        self.tabs[tab] = page(&self.store, self.page_count, Some(previous));
        self.page_count += 1;
    }

    fn count_drops(&mut self) {
        for tab in &mut self.tabs {
            self.drop_count += std::mem::take(&mut tab.drops).0.iter().sum::<u32>();
        }
    }

    /// Closes all pages, and delivers all stored batches from a new one.
    fn finish(&mut self) {
        (0..TABS).for_each(|tab| self.step(Step::Leave(tab)));
        self.step(Step::Wait(LEASE_DURATION_S + 1));
        while !self.store.keys().is_empty() {
            self.step(Step::Adopt(0));
            while !self.tabs[0].is_empty() {
                self.step(Step::Send(0));
                self.step(Step::Respond {
                    tab: 0,
                    is_delivered: true,
                    is_received: true,
                });
            }
        }
    }
}

proptest! {
    #[test]
    fn every_batch_is_delivered_or_counted(steps in proptest::collection::vec(any_step(), 0..120)) {
        let mut model = Model::new();
        steps.into_iter().for_each(|step| model.step(step));
        model.finish();
        let missing = usize::from(model.batch_count) - model.delivered.len();
        let counted = model.drop_count as usize;
        prop_assert!(missing <= counted, "{missing} missing, {counted} counted");
    }
}
