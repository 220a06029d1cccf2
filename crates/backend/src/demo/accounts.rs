//! The demo accounts. Their password is public.

/// The password of all demo accounts.
pub(super) const PASSWORD: &str = "cruddur-demo";

/// A demo account. Its email is `<handle>@example.com`.
pub(super) struct Account {
    pub(super) handle: &'static str,
    pub(super) display_name: &'static str,
    pub(super) bio: &'static str,
}

pub(super) const ACCOUNTS: [Account; 5] = [
    Account {
        handle: "andrewbrown",
        display_name: "Andrew Brown",
        bio: "Teaches the cloud one week at a time. Will diagram for coffee.",
    },
    Account {
        handle: "bayko",
        display_name: "Andrew Bayko",
        bio: "Reviews your homework, and your IAM policies.",
    },
    Account {
        handle: "worf",
        display_name: "Worf",
        bio: "Security. It is a good day to deploy.",
    },
    Account {
        handle: "garek",
        display_name: "Garek",
        bio: "Plain, simple alterations to fabric and YAML.",
    },
    Account {
        handle: "londo",
        display_name: "Londo Mollari",
        bio: "Ambassador. In my day the empire ran on a single server.",
    },
];
