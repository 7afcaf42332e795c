//! All the data of a gallery as one table, for notebooks: the columns of an export, and where each attempt's files lie in
//! the site. The newest attempt comes first.

use pelicycle_table::{
    ColumnHeading, ColumnKind, Csv, TableCell, TableError, TableWriter as _, headings, row, write_object,
};

use crate::take::HungFiles;
use crate::{Exhibit, take, view};

const fn path(name: &'static str, about: &'static str) -> ColumnHeading {
    ColumnHeading { name, kind: ColumnKind::Text, about }
}

/// Columns that only a gallery has: paths from the site's root.
const PLACES: [ColumnHeading; 6] = [
    ColumnHeading {
        name: "counts",
        kind: ColumnKind::Truth,
        about: "Whether the attempt says something of the model.",
    },
    path("page", "The attempt's page."),
    path("picture", "The raster."),
    path("svg", "The drawing as it stood in the reply, as text."),
    path("reply", "The reply."),
    path("reasoning", "The reasoning text."),
];

fn heads() -> Vec<ColumnHeading> {
    headings().into_iter().chain(PLACES).collect()
}

fn cells<'a>(exhibit: &Exhibit<'a>, hung: &HungFiles) -> Vec<TableCell<'a>> {
    let Exhibit { attempt, files, .. } = exhibit;
    let HungFiles { pictures, missing, .. } = hung;
    let folder = view::folder(attempt);
    let beside = |there: bool, name: &str| TableCell::from(there.then(|| format!("{folder}/{name}")));
    let places = [
        attempt.counts().into(),
        view::page_path(attempt).into(),
        pictures.large.as_ref().map(|picture| picture.href.clone()).into(),
        beside(files.svg.is_some() && !missing.svg, take::SVG),
        beside(files.reply.is_some() && !missing.reply, take::REPLY),
        beside(files.thinking.is_some() && !missing.thinking, take::THINKING),
    ];
    row(attempt).into_iter().chain(places).collect()
}

/// The table as a list of objects, a line each. Every object has every column; what is unknown is `null`.
pub(crate) fn json<'a>(
    shown: impl Iterator<Item = (&'a Exhibit<'a>, &'a HungFiles)>,
) -> Result<Vec<u8>, TableError> {
    let heads = heads();
    let mut out = b"[\n".to_vec();
    for (index, (exhibit, hung)) in shown.enumerate() {
        if index > 0 {
            out.extend(b",\n");
        }
        write_object(&mut out, &heads, &cells(exhibit, hung))?;
    }
    out.extend(b"\n]\n");
    Ok(out)
}

/// The table as comma-separated values under a line of names. What is unknown is empty.
pub(crate) fn csv<'a>(
    shown: impl Iterator<Item = (&'a Exhibit<'a>, &'a HungFiles)>,
) -> Result<Vec<u8>, TableError> {
    let mut out = Vec::new();
    let mut table = Box::new(Csv::new(&mut out, &heads())?);
    for (exhibit, hung) in shown {
        table.row(&cells(exhibit, hung))?;
    }
    table.finish()?;
    Ok(out)
}
