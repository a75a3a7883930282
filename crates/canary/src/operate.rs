//! What people may do with a ramp.

use model::canary::{CanaryRamp, RampPhase};

use crate::look::{Action, moving, onwards, stay};

/// What somebody wants of a ramp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Begin, with the first step.
    Start,
    /// Stop, and leave the weights.
    Pause,
    /// Go on at the step it stopped at.
    Resume,
    /// Go to the next step now, whatever the gates say.
    Next,
    /// Put the weights before the ramp in force, now.
    Abort,
}

impl Deed {
    /// All of them.
    pub const ALL: [Deed; 5] = [Deed::Start, Deed::Pause, Deed::Resume, Deed::Next, Deed::Abort];

    /// The word in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Deed::Start => "start",
            Deed::Pause => "pause",
            Deed::Resume => "resume",
            Deed::Next => "next",
            Deed::Abort => "abort",
        }
    }

    /// Whether it can be done in a phase.
    pub fn is_for(self, phase: RampPhase) -> bool {
        match self {
            Deed::Start => phase == RampPhase::Planned,
            Deed::Pause => phase.moves(),
            Deed::Resume => phase == RampPhase::Paused,
            Deed::Next => matches!(phase, RampPhase::Running | RampPhase::Paused),
            Deed::Abort => phase.is_active(),
        }
    }
}

/// What a deed of `by` leads to. `ours` is whether the weights in force are those of the ramp's step.
///
/// # Errors
/// When it cannot be done in the ramp's phase, in words.
pub fn operate(ramp: &CanaryRamp, deed: Deed, by: &str, reason: &str, ours: bool) -> Result<Action, String> {
    if !deed.is_for(ramp.phase) {
        let phases =
            RampPhase::ALL.into_iter().filter(|phase| deed.is_for(*phase)).map(words).collect::<Vec<_>>();
        let (deed, phases) = (deed.as_str(), phases.join(" or "));
        return Err(format!("the ramp is {}: {deed} is for one that is {phases}", words(ramp.phase)));
    }
    let why = |what: &str| match reason.trim() {
        "" => format!("{by} {what}."),
        reason => format!("{by} {what}: {reason}"),
    };
    Ok(match deed {
        Deed::Start => onwards(ramp, &why("started it"), by),
        Deed::Pause => stay(RampPhase::Paused, why("paused it")),
        Deed::Resume if ours => stay(RampPhase::Running, why("let it go on")),
        Deed::Resume => moving(ramp.step, RampPhase::Running, &why("let it go on with its own weights"), by),
        Deed::Next => onwards(ramp, &why("went to the next step"), by),
        Deed::Abort => moving(None, RampPhase::Aborted, &why("aborted it"), by),
    })
}

fn words(phase: RampPhase) -> String {
    phase.as_str().replace('_', " ")
}
