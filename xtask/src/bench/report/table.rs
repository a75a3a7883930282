//! A table in Markdown: the first column is text, the others are numbers.

/// Rows under a head of the same length.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this head.
    pub fn new(head: &[&str]) -> Table {
        Table { rows: vec![head.iter().map(|h| (*h).to_owned()).collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Its lines, columns aligned so that the text reads without being rendered.
    pub fn markdown(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |row: &[String], at: usize| row.get(at).cloned().unwrap_or_default();
        let width =
            |at: usize| self.rows.iter().map(|r| cell(r, at).chars().count()).max().unwrap_or(0).max(3);
        let mut out = String::new();
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = (0..columns)
                .map(|at| match at {
                    0 => format!("{:<1$}", cell(row, at), width(at)),
                    _ => format!("{:>1$}", cell(row, at), width(at)),
                })
                .collect();
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
            if number == 0 {
                let rules: Vec<String> = (0..columns)
                    .map(|at| match at {
                        0 => "-".repeat(width(at)),
                        _ => format!("{}:", "-".repeat(width(at) - 1)),
                    })
                    .collect();
                out.push_str(&format!("| {} |\n", rules.join(" | ")));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(&["server", "us"]);
        table.row(vec!["BIND".into(), "13.01".into()]);
        assert_eq!(table.markdown(), "| server |    us |\n| ------ | ----: |\n| BIND   | 13.01 |\n");
    }
}
