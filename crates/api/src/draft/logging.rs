use model::config::{LogFilter, Logging, Throttle};
use model::{Problem, Problems};
use serde::{Deserialize, Serialize};

use super::{Form, parse};

/// What the query log keeps, as its form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LoggingDraft {
    /// Limits of each service.
    pub service: ThrottleDraft,
    /// Limits of the whole site.
    pub site: ThrottleDraft,
    /// As `7d`.
    pub retention: String,
    /// GiB; no limit when empty.
    pub retention_gib: String,
    /// Filters; one that is empty is left out.
    pub filters: Vec<LogFilterDraft>,
}

/// Rows per second of each class; 0 keeps all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ThrottleDraft {
    /// Errors and what else stands out.
    pub significant: String,
    /// Rows that a filter asks for.
    pub filtered: String,
    /// All other rows.
    pub non_significant: String,
}

/// One filter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogFilterDraft {
    /// Name.
    pub name: String,
    /// Which rows.
    pub matches: String,
    /// When it ends by itself; never when empty.
    pub until: String,
}

impl LoggingDraft {
    /// The form of what is in force.
    pub fn of(logging: &Logging) -> Self {
        let filter = |filter: &LogFilter| LogFilterDraft {
            name: filter.name.to_string(),
            matches: filter.matches.clone(),
            until: filter.until.map(|until| until.to_string()).unwrap_or_default(),
        };
        LoggingDraft {
            service: ThrottleDraft::of(&logging.service_throttle),
            site: ThrottleDraft::of(&logging.site_throttle),
            retention: logging.retention.to_string(),
            retention_gib: logging.retention_gib.map(|gib| gib.to_string()).unwrap_or_default(),
            filters: logging.filters.iter().map(filter).collect(),
        }
    }

    /// The form as it was posted. Its buttons `add_filter` and `remove` (the row's field prefix) change the rows.
    pub fn from_form(form: &Form) -> Self {
        let filter = |index: usize| {
            let text = |field: &str| form.text(&format!("filters.{index}.{field}"));
            LogFilterDraft { name: text("name"), matches: text("match"), until: text("until") }
        };
        let mut draft = LoggingDraft {
            service: ThrottleDraft::from_form(form, "service"),
            site: ThrottleDraft::from_form(form, "site"),
            retention: form.text("retention"),
            retention_gib: form.text("retention_gib"),
            filters: (0..form.count("filters")).map(filter).collect(),
        };
        if form.ticked("add_filter") {
            draft.filters.push(LogFilterDraft::default());
        }
        let removed = form.text("remove");
        if let Some(index) = removed.strip_prefix("filters.").and_then(|index| index.parse::<usize>().ok())
            && index < draft.filters.len()
        {
            draft.filters.remove(index);
        }
        draft
    }

    /// Whether one of those buttons was pressed: the form is then shown again, and not saved.
    pub fn is_row_edit(form: &Form) -> bool {
        ["add_filter", "remove"].iter().any(|button| form.ticked(button))
    }

    /// What the form says, over `before` for what it does not say; or every problem under the name of its field.
    pub fn parse(&self, before: &Logging) -> Result<Logging, Problems> {
        let mut problems = Problems::default();
        let service = self.service.parse(&mut problems, "service");
        let site = self.site.parse(&mut problems, "site");
        let retention = parse(&mut problems, "retention", &self.retention);
        let retention_gib = match self.retention_gib.trim() {
            "" => Some(None),
            text => whole(&mut problems, "retention_gib", text).map(Some),
        };
        let mut filters = Vec::new();
        for (index, filter) in self.filters.iter().enumerate().filter(|(_, filter)| !filter.is_empty()) {
            filters.extend(filter.parse(&mut problems, &format!("filters.{index}")));
        }
        let logging = || {
            Some(Logging {
                service_throttle: service?,
                site_throttle: site?,
                retention: retention?,
                retention_gib: retention_gib?,
                filters,
                ..before.clone()
            })
        };
        logging().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    /// Puts the checks' problems beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        // Rows of the form that are empty are no filters, and have no number in the configuration.
        let rows: Vec<usize> =
            (0..self.filters.len()).filter(|index| !self.filters[*index].is_empty()).collect();
        let place = |field: &str| {
            let field = field.strip_prefix("logging.").unwrap_or(field);
            let filter = field.strip_prefix("filters[").and_then(|rest| rest.split_once("]."));
            let filter = filter.and_then(|(number, field)| Some((number.parse::<usize>().ok()?, field)));
            match filter.and_then(|(number, field)| Some((rows.get(number)?, field))) {
                Some((row, field)) => format!("filters.{row}.{field}"),
                None => field.to_owned(),
            }
        };
        Problems(problems.0.into_iter().map(|p| Problem { field: place(&p.field), ..p }).collect())
    }
}

impl ThrottleDraft {
    fn of(throttle: &Throttle) -> Self {
        ThrottleDraft {
            significant: throttle.significant.to_string(),
            filtered: throttle.filtered.to_string(),
            non_significant: throttle.non_significant.to_string(),
        }
    }

    fn from_form(form: &Form, at: &str) -> Self {
        let text = |field: &str| form.text(&format!("{at}.{field}"));
        ThrottleDraft {
            significant: text("significant"),
            filtered: text("filtered"),
            non_significant: text("non_significant"),
        }
    }

    fn parse(&self, problems: &mut Problems, at: &str) -> Option<Throttle> {
        let mut limit = |field: &str, text: &str| whole(problems, &format!("{at}.{field}"), text);
        let significant = limit("significant", &self.significant);
        let filtered = limit("filtered", &self.filtered);
        let non_significant = limit("non_significant", &self.non_significant);
        Some(Throttle { significant: significant?, filtered: filtered?, non_significant: non_significant? })
    }
}

impl LogFilterDraft {
    fn is_empty(&self) -> bool {
        [&self.name, &self.matches, &self.until].iter().all(|text| text.trim().is_empty())
    }

    fn parse(&self, problems: &mut Problems, at: &str) -> Option<LogFilter> {
        let name = parse(problems, format!("{at}.name"), &self.name);
        let until = match self.until.trim() {
            "" => Some(None),
            text => parse(problems, format!("{at}.until"), text).map(Some),
        };
        Some(LogFilter { name: name?, matches: self.matches.trim().to_owned(), until: until? })
    }
}

/// A whole number; nothing is 0.
fn whole(problems: &mut Problems, field: &str, text: &str) -> Option<u32> {
    let text = text.trim();
    let number = if text.is_empty() { Ok(0) } else { text.parse::<u32>() };
    number.map_err(|_| problems.push(field, text, "give a whole number such as 100, or 0")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn logging() -> Logging {
        let filter = |name: &str| LogFilter {
            name: name.parse().unwrap(),
            matches: "client_ip in (10.0.0.0/8)".to_owned(),
            until: Some("2026-12-01T00:00:00Z".parse().unwrap()),
        };
        Logging {
            service_throttle: Throttle { significant: 1, filtered: 2, non_significant: 3 },
            retention_gib: Some(40),
            filters: vec![filter("lab"), filter("dmz")],
            full_until: Some(model::Moment(5)),
            ..Logging::default()
        }
    }

    #[test]
    fn what_is_in_force_is_what_its_own_form_says() {
        assert_eq!(LoggingDraft::of(&logging()).parse(&logging()), Ok(logging()));
        let empty = Logging::default();
        assert_eq!(LoggingDraft::of(&empty).parse(&empty), Ok(empty));
    }

    #[test]
    fn buttons_add_and_remove_filters() {
        let posted = [("filters.0.name", "a"), ("filters.1.name", "b"), ("filters.1.match", "fqdn = x")];
        let pressed = |button: (&'static str, &'static str)| form(&[&posted[..], &[button]].concat());
        let added = LoggingDraft::from_form(&pressed(("add_filter", "1")));
        assert_eq!((added.filters.len(), added.filters[1].matches.as_str()), (3, "fqdn = x"));
        let removed = pressed(("remove", "filters.0"));
        assert!(LoggingDraft::is_row_edit(&removed));
        let removed = LoggingDraft::from_form(&removed);
        assert_eq!((removed.filters.len(), removed.filters[0].name.as_str()), (1, "b"));
        assert_eq!(LoggingDraft::from_form(&pressed(("remove", "filters.9"))).filters.len(), 2);
        assert!(!LoggingDraft::is_row_edit(&form(&posted)));
    }

    #[test]
    fn each_problem_is_beside_its_field_and_rows_left_empty_count_for_none() {
        let mut draft = LoggingDraft::of(&logging());
        draft.filters.insert(0, LogFilterDraft::default());
        draft.site.filtered = "many".to_owned();
        draft.retention = "soon".to_owned();
        draft.filters[2].until = "tomorrow".to_owned();
        let problems = draft.parse(&logging()).unwrap_err();
        let fields: Vec<&str> = problems.0.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["site.filtered", "retention", "filters.2.until"]);
        let of_check: Problems = Problem::new("logging.filters[1].match", "", "say which").into();
        assert_eq!(draft.beside_fields(of_check).0[0].field, "filters.2.match");
        let of_check: Problems = Problem::new("logging.retention_gib", "0", "give 1").into();
        assert_eq!(draft.beside_fields(of_check).0[0].field, "retention_gib");
    }
}
