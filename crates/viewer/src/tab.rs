//! The views of an open trace.

/// A view of an open trace. The address holds it as `view`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    #[default]
    Waterfall,
    Logs,
    Statistics,
    FlameGraph,
    Compare,
    Raw,
    XRay,
    Honeycomb,
}

impl Tab {
    pub(crate) const ALL: [Self; 8] = [
        Self::Waterfall,
        Self::Logs,
        Self::Statistics,
        Self::FlameGraph,
        Self::Compare,
        Self::Raw,
        Self::XRay,
        Self::Honeycomb,
    ];

    /// Whether the view needs a gateway.
    pub(crate) const fn needs_gateway(self) -> bool {
        matches!(self, Self::Logs | Self::Compare | Self::XRay)
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Waterfall => "Waterfall",
            Self::Logs => "Logs",
            Self::Statistics => "Statistics",
            Self::FlameGraph => "Flame graph",
            Self::Compare => "Compare",
            Self::Raw => "Raw",
            Self::XRay => "X-Ray",
            Self::Honeycomb => "Honeycomb",
        }
    }

    /// Returns the name in addresses. The default has none.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Waterfall => "",
            Self::Logs => "logs",
            Self::Statistics => "statistics",
            Self::FlameGraph => "flame",
            Self::Compare => "compare",
            Self::Raw => "raw",
            Self::XRay => "xray",
            Self::Honeycomb => "honeycomb",
        }
    }

    /// Reads the name in an address. An unknown one is the default.
    pub(crate) fn from_name(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|tab| tab.name() == name).unwrap_or_default()
    }
}
