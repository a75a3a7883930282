//! Building blocks that know nothing of GSLB.

mod data;
mod form;
mod icon;
mod layout;

pub use data::{Empty, HealthMark, LevelMark, OutcomeMark, Stat, Time, VerdictMark};
pub use form::{Checkbox, Field, FileDrop, ProblemSummary, Reason, Select, TextArea};
pub use icon::icon;
pub use layout::{Command, Crumbs, Notice, NoticeKind, PageHead};
