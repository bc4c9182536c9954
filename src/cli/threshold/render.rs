//! The answers in words and as JSON.

use netiquette::metrics::{Estimate, too_few};
use netiquette::prevalence::Origin;
use netiquette::threshold::{Answer, Objective, OperatingPoint, Support, ThreeWay, printed_cut};
use serde_json::{Value, json};

use super::{Sample, Stream, ThresholdArgs};
use crate::cli::table::{caution, percent};

pub fn heading(args: &ThresholdArgs, sample: &Sample, stream: &Stream) -> String {
    let problems = sample.labels.iter().filter(|l| **l).count();
    let share = match (stream.origin, stream.prevalence) {
        (Origin::Given, Some(e)) => {
            format!("rates for a stream with {:.2} % problems, as given", 100.0 * e.value)
        }
        (Origin::Scores, Some(e)) => {
            format!("rates for a stream with {} problems, estimated from its scores", percent(Some(e)))
        }
        (Origin::Weights, Some(e)) => {
            format!("rates for a stream with {} problems, by the sampling weights", percent(Some(e)))
        }
        (Origin::Scores, None) => {
            "the scores do not tell the share of problems; rates as among the rows".to_owned()
        }
        _ => "rates as among these rows; if they hold more problems than the stream does, say --prevalence"
            .to_owned(),
    };
    let doubt = match stream.fits {
        true => "",
        false => {
            "  but the scores there are no mixture of those of the judged rows: trust this share only after \
                  judging a random part of the stream (netiquette sample)\n"
        }
    };
    format!(
        "{}: {} judged rows, {problems} of them 1, {} without a score\n{}{share}\n{doubt}",
        args.label,
        sample.scores.len(),
        sample.blank,
        caution(problems, sample.scores.len())
    )
}

pub fn answer_as_text(answer: &Answer, wish: Objective, stream: &Stream) -> String {
    match answer {
        Answer::Refused(refusal) => format!("  cannot be had: {refusal}\n"),
        Answer::Cut(choice) => {
            let support = support_in_words(choice.support, wish);
            format!(
                "  flag from {:.4}\n{}{support}",
                printed_cut(choice.cut),
                point_as_text(&choice.point, stream)
            )
        }
    }
}

fn support_in_words(support: Support, wish: Objective) -> String {
    match support {
        Support::Unbounded => String::new(),
        Support::Assured => format!("  the rows assure it: the whole interval keeps `{wish}`\n"),
        Support::Unproven => "  not proven: the interval reaches beyond the bound; more judged rows narrow it\n".to_owned(),
        Support::TooFew => {
            "  these rows cannot support the wish: even without one wrong decision they would be too few to prove it\n"
                .to_owned()
        }
    }
}

fn point_as_text(point: &OperatingPoint, stream: &Stream) -> String {
    let mut text = format!(
        "  right among the flagged (precision): {}\n  caught among the problems (recall): {}\n  \
         flagged among all comments: {}\n  missed among all comments: {}\n",
        percent(point.precision),
        percent(point.recall),
        percent(point.flagged_share),
        percent(point.missed_share)
    );
    if let Some(volume) = stream.volume {
        let a_day = |share: Option<Estimate>| {
            share
                .map(|e| e.scaled(volume))
                .map_or("undefined".to_owned(), |e| format!("{:.0} ({:.0} to {:.0})", e.value, e.low, e.high))
        };
        text.push_str(&format!(
            "  of {volume} comments a day: {} flagged, {} problems missed\n",
            a_day(point.flagged_share),
            a_day(point.missed_share)
        ));
    }
    text
}

pub fn bands_as_text(bands: &ThreeWay, stream: &Stream) -> String {
    let bands = match bands {
        ThreeWay::ReviewRefused(refusal) => return format!("review cannot be had: {refusal}\n"),
        ThreeWay::HoldRefused(refusal) => return format!("hold cannot be had: {refusal}\n"),
        ThreeWay::Bands(bands) => bands,
    };
    let band = |name: &str, from: Option<f64>, point: &OperatingPoint| {
        let from = from.map_or(String::new(), |cut| format!(" from {:.4}", printed_cut(cut)));
        let volume = stream.volume.zip(point.flagged_share);
        let a_day = volume.map_or(String::new(), |(v, e)| {
            format!(" ({:.0} a day, {:.0} to {:.0})", v * e.value, v * e.low, v * e.high)
        });
        format!(
            "{name}{from}: {} of all comments{a_day}\n  problems among them: {}\n  of all problems: {}\n",
            percent(point.flagged_share),
            percent(point.precision),
            percent(point.recall)
        )
    };
    [
        band("publish", None, &bands.publish),
        band("review", Some(bands.review_from), &bands.review),
        band("hold", Some(bands.hold_from), &bands.hold),
    ]
    .concat()
}

pub fn as_json(
    args: &ThresholdArgs,
    sample: &Sample,
    stream: &Stream,
    wishes: &[Objective],
    answers: &[Answer],
    bands: Option<&ThreeWay>,
) -> Value {
    let a_day = |point: &OperatingPoint| {
        stream.volume.map(|volume| {
            json!({
                "flagged": point.flagged_share.map(|e| e.scaled(volume)),
                "missed": point.missed_share.map(|e| e.scaled(volume)),
            })
        })
    };
    let answer = |(wish, answer): (&Objective, &Answer)| match answer {
        Answer::Cut(c) => json!({ "want": wish.to_string(), "cut": printed_cut(c.cut), "support": c.support,
            "point": c.point, "per_day": a_day(&c.point) }),
        Answer::Refused(r) => json!({ "want": wish.to_string(), "refused": r, "reason": r.to_string() }),
    };
    let three = bands.map(|bands| match bands {
        ThreeWay::Bands(b) => json!({ "review_from": printed_cut(b.review_from),
            "hold_from": printed_cut(b.hold_from), "publish": b.publish, "review": b.review, "hold": b.hold }),
        ThreeWay::ReviewRefused(r) => json!({ "refused": r, "which": "review" }),
        ThreeWay::HoldRefused(r) => json!({ "refused": r, "which": "hold" }),
    });
    let positives = sample.labels.iter().filter(|l| **l).count();
    json!({
        "label": args.label,
        "rows": sample.scores.len(),
        "positives": positives,
        "few": too_few(positives, sample.scores.len()).is_some(),
        "blank": sample.blank,
        "weighted": sample.weights.is_some(),
        "prevalence": { "origin": stream.origin, "estimate": stream.prevalence, "fits": stream.fits },
        "volume_per_day": stream.volume,
        "answers": wishes.iter().zip(answers).map(answer).collect::<Vec<_>>(),
        "bands": three,
    })
}
