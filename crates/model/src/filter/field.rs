//! The fields of a log row, by the names of the `compact` columns.

use std::fmt;
use std::str::FromStr;

use crate::problem::nearest;
use crate::value::ValueError;

/// A column of the query log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// When it was answered.
    Ts,
    /// Site that answered.
    Site,
    /// Who asked.
    ClientIp,
    /// From which port.
    ClientPort,
    /// `udp` or `tcp`.
    Transport,
    /// Name asked for.
    Fqdn,
    /// Type asked for.
    Qtype,
    /// Code answered.
    Rcode,
    /// Whether the row is significant.
    Significant,
    /// Why it is.
    Significance,
    /// Service.
    Service,
    /// Pool of the first member answered.
    Pool,
    /// First member answered.
    Member,
    /// Addresses answered.
    Answers,
    /// TTL answered, seconds.
    Ttl,
    /// The client's network, when the query carried one.
    Ecs,
    /// Generation of the configuration that decided.
    Generation,
    /// From arrival to answer, microseconds.
    LatencyUs,
}

/// What a field's values are, which decides the operators it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A domain name, compared without ASCII case.
    Name,
    /// `udp` or `tcp`.
    Transport,
    /// A whole number.
    Number,
    /// An address or a network.
    Address,
    /// A time.
    Time,
    /// A record type.
    RrType,
    /// A response code.
    Rcode,
    /// `true` or `false`.
    Flag,
}

impl Kind {
    /// Whether `~` and `!~` apply.
    pub fn is_text(self) -> bool {
        matches!(self, Kind::Text | Kind::Name | Kind::Transport)
    }

    /// Whether `<`, `<=`, `>` and `>=` apply.
    pub fn is_ordered(self) -> bool {
        matches!(self, Kind::Number | Kind::Time)
    }

    /// The operators that apply, as an error names them.
    pub(super) fn operators(self) -> &'static str {
        match self {
            _ if self.is_text() => "=, !=, ~, !~ or in",
            _ if self.is_ordered() => "=, !=, <, <=, >, >= or in",
            _ => "=, != or in",
        }
    }
}

impl Field {
    /// All fields, in the order of the columns.
    pub const ALL: [Field; 18] = [
        Field::Ts,
        Field::Site,
        Field::ClientIp,
        Field::ClientPort,
        Field::Transport,
        Field::Fqdn,
        Field::Qtype,
        Field::Rcode,
        Field::Significant,
        Field::Significance,
        Field::Service,
        Field::Pool,
        Field::Member,
        Field::Answers,
        Field::Ttl,
        Field::Ecs,
        Field::Generation,
        Field::LatencyUs,
    ];

    /// The name of the column.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Ts => "ts",
            Field::Site => "site",
            Field::ClientIp => "client_ip",
            Field::ClientPort => "client_port",
            Field::Transport => "transport",
            Field::Fqdn => "fqdn",
            Field::Qtype => "qtype",
            Field::Rcode => "rcode",
            Field::Significant => "significant",
            Field::Significance => "significance",
            Field::Service => "service",
            Field::Pool => "pool",
            Field::Member => "member",
            Field::Answers => "answers",
            Field::Ttl => "ttl",
            Field::Ecs => "ecs",
            Field::Generation => "generation",
            Field::LatencyUs => "latency_us",
        }
    }

    /// What its values are.
    pub fn kind(self) -> Kind {
        match self {
            Field::Ts => Kind::Time,
            Field::Site | Field::Pool | Field::Significance => Kind::Text,
            Field::Fqdn | Field::Service => Kind::Name,
            Field::Transport => Kind::Transport,
            Field::ClientIp | Field::Member | Field::Answers | Field::Ecs => Kind::Address,
            Field::ClientPort | Field::Ttl | Field::Generation | Field::LatencyUs => Kind::Number,
            Field::Qtype => Kind::RrType,
            Field::Rcode => Kind::Rcode,
            Field::Significant => Kind::Flag,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Field {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let lower = text.to_ascii_lowercase();
        if let Some(field) = Field::ALL.into_iter().find(|field| field.as_str() == lower) {
            return Ok(field);
        }
        let remedy = match nearest(&lower, Field::ALL.map(Field::as_str)) {
            Some(known) => format!("did you mean {known}?"),
            None => format!("the fields are {}", Field::ALL.map(Field::as_str).join(", ")),
        };
        Err(ValueError(format!("{text:?} is no field of the query log: {remedy}")))
    }
}
