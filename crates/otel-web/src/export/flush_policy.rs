//! When the spans that wait are sealed.

/// After a batch was sealed, the next one gathers at least this long.
const GATHERING_MS: f64 = 30.0;

#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Plan {
    Nothing,
    /// No receiver can be reached: fewer and larger batches are delivered sooner later on.
    InOutage,
    /// No span waits longer, whatever it belongs to.
    Later,
    /// The action is over: together with what ends, or is learned, in the same breath.
    Soon,
    /// The trace is over: on the shelf before the page can crash, unless one was sealed just now.
    Over,
    /// A batch is full.
    Now,
}

/// What the plan for a span that has just ended depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Situation {
    pub(super) is_full: bool,
    pub(super) is_failing: bool,
    /// Batches are sealed faster than they are delivered.
    pub(super) is_behind: bool,
    pub(super) is_local_root: bool,
    /// Something may still be learned about spans of its trace.
    pub(super) is_deferred: bool,
}

impl Situation {
    pub(super) fn plan(self) -> Plan {
        match self {
            Self { is_full: true, .. } => Plan::Now,
            Self {
                is_failing: true, ..
            } => Plan::InOutage,
            Self {
                is_behind: true, ..
            }
            | Self {
                is_local_root: false,
                ..
            } => Plan::Later,
            Self {
                is_deferred: true, ..
            } => Plan::Soon,
            _ => Plan::Over,
        }
    }
}

impl Plan {
    /// From now, when the latest batch was sealed so long ago.
    pub(super) fn delay_ms(self, since_sealed_ms: f64) -> f64 {
        match self {
            Self::Nothing => f64::INFINITY,
            Self::InOutage => 5_000.0,
            Self::Later => 1_000.0,
            Self::Soon => GATHERING_MS,
            Self::Over => (GATHERING_MS - since_sealed_ms).max(0.0),
            Self::Now => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: Situation = Situation {
        is_full: false,
        is_failing: false,
        is_behind: false,
        is_local_root: true,
        is_deferred: false,
    };

    #[test]
    fn a_trace_that_is_over_is_sealed_at_once_and_the_next_after_a_breath() {
        assert_eq!(ROOT.plan(), Plan::Over);
        assert_eq!(Plan::Over.delay_ms(1_000.0), 0.0);
        assert_eq!(Plan::Over.delay_ms(10.0), 20.0);
    }

    #[test]
    fn whoever_cannot_deliver_seals_less_often() {
        let behind = Situation {
            is_behind: true,
            ..ROOT
        };
        let failing = Situation {
            is_failing: true,
            ..behind
        };
        let full = Situation {
            is_full: true,
            ..failing
        };
        let plans = [ROOT, behind, failing].map(Situation::plan);
        assert!(plans.is_sorted_by(|sooner, later| sooner > later));
        assert_eq!(full.plan(), Plan::Now);
    }

    #[test]
    fn a_trace_waits_for_what_is_still_to_be_learned() {
        let lingering = Situation {
            is_deferred: true,
            ..ROOT
        };
        assert_eq!(lingering.plan(), Plan::Soon);
    }
}
