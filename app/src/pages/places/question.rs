use leptos::prelude::*;
use model::Problems;
use model::config::Referrer;

use crate::components::{Crumbs, Notice, NoticeKind, PageHead, ProblemSummary, Reason};
use crate::pages::Carried;

/// What is asked before a place is deleted.
pub struct Question<'a> {
    /// Label and path of the list.
    pub list: (&'static str, &'static str),
    /// What one of them is called.
    pub word: &'static str,
    /// The one in question.
    pub name: &'a str,
    /// Where its page is.
    pub back: String,
    /// What names it.
    pub referrers: &'a [Referrer],
    /// What happens when nothing does.
    pub consequence: &'a str,
}

impl Question<'_> {
    /// The page.
    pub fn page(&self, problems: &Problems, carried: &Carried) -> AnyView {
        let (label, path) = self.list;
        let name = self.name.to_owned();
        let warning = if self.referrers.is_empty() {
            format!("{} The change can be reverted in the history.", self.consequence)
        } else {
            format!(
                "It is named by {}. Let them name another {} first.",
                Referrer::list(self.referrers),
                self.word
            )
        };
        view! {
            <Crumbs items=vec![(label.to_owned(), path.to_owned()), (name.clone(), self.back.clone())]/>
            <PageHead title=format!("Delete {name}?")/>
            <ProblemSummary problems=problems.clone()/>
            <Notice kind=NoticeKind::Warn>{warning}</Notice>
            <form method="post" class="fields">
                <input type="hidden" name="generation" value=carried.generation/>
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button bad" type="submit">{format!("Delete the {}", self.word)}</button>
                    <a class="button" href=self.back.clone()>"Keep it"</a>
                </div>
            </form>
        }
        .into_any()
    }
}
