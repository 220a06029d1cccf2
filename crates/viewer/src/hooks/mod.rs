//! Hooks that connect components to the browser and the gateway.

mod letter_keys;
mod use_completion;
mod use_imports;
mod use_keys;
mod use_latest;
mod use_live;
mod use_names_width;
mod use_now;
mod use_overview;
mod use_printing;
mod use_shown_trace;
mod use_span_rank;
mod use_title;
mod use_trace;
mod use_trace_logs;
mod use_typing;
mod use_url;
mod use_viewport;
mod use_xray;

pub(crate) use self::{
    letter_keys::{are_letters_keys, set_letters_as_keys},
    use_completion::use_completion,
    use_imports::{Import, ImportState, Imports, files_of, use_imports},
    use_keys::{Key, use_keys},
    use_latest::use_latest,
    use_live::{Dispatch, use_live},
    use_names_width::use_names_width,
    use_now::use_now,
    use_overview::{OverviewRequest, use_overview},
    use_printing::{rem_scale, use_printing},
    use_shown_trace::{ShownTrace, use_shown_trace},
    use_span_rank::use_span_rank,
    use_title::use_title,
    use_trace::{TraceLoad, use_trace},
    use_trace_logs::{LoadedLogs, use_trace_logs},
    use_typing::{Typing, use_typing},
    use_url::{Url, use_url},
    use_viewport::use_viewport,
    use_xray::{XRayLoad, use_xray},
};
