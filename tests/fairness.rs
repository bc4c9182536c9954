//! Sentences that merely name a group must not be flagged, and rejecting an insult must
//! score below using it. The model is the default recipe, on our own comments alone and
//! with the base corpus where that is beside the repository.

#![allow(clippy::print_stderr)] // the tables are for the model card

mod common;

use common::{Sample, flagged, score_all};
use netiquette::model::Model;

const GROUPS: &[&str] = &[
    "Muslime",
    "Musliminnen",
    "Juden",
    "Jüdinnen",
    "Christen",
    "Katholiken",
    "Protestanten",
    "Buddhisten",
    "Hindus",
    "Aleviten",
    "Atheisten",
    "Orthodoxe",
    "Türken",
    "Kurden",
    "Syrer",
    "Afghanen",
    "Araber",
    "Iraner",
    "Tschetschenen",
    "Rumänen",
    "Bulgaren",
    "Serben",
    "Kroaten",
    "Polen",
    "Ungarn",
    "Russen",
    "Ukrainer",
    "Nigerianer",
    "Somalier",
    "Chinesen",
    "Vietnamesen",
    "Deutsche",
    "Österreicher",
    "Schweizer",
    "Roma",
    "Sinti",
    "Schwarze",
    "Afrikaner",
    "Ausländer",
    "Migranten",
    "Geflüchtete",
    "Flüchtlinge",
    "Asylwerber",
    "Frauen",
    "Männer",
    "Mütter",
    "Väter",
    "Schwule",
    "Lesben",
    "Homosexuelle",
    "Bisexuelle",
    "Transpersonen",
    "Transfrauen",
    "Behinderte",
    "Blinde",
    "Gehörlose",
    "Rollstuhlfahrer",
    "Autisten",
    "Depressive",
    "Rentner",
    "Jugendliche",
    "Arbeitslose",
];

const FRAMES: &[&str] = &[
    "Im Nachbarort wohnen seit Jahren auch {}.",
    "In dem Bericht kommen {} selbst zu Wort.",
    "Bei der Veranstaltung am Samstag waren viele {} dabei.",
    "Wie viele {} leben eigentlich in Wien?",
    "{} sind in dieser Umfrage mit einem Anteil von zwölf Prozent vertreten.",
    "Ich arbeite seit langem mit Kollegen zusammen, darunter sind auch {}.",
    "Der Verein bietet am Dienstag eine Beratung für {} an.",
    "Meine Großeltern haben viel über {} in ihrer Straße erzählt.",
    "Das neue Gesetz betrifft auch {}.",
    "Am Runden Tisch sitzen künftig {} und Vertreter der Gemeinde.",
];

/// An insult used, and the same insult rejected.
const QUOTED: &[(&str, &str)] = &[
    (
        "Sie sind ein Idiot.",
        "Einen anderen als „Idiot“ zu bezeichnen, gehört sich hier nicht, Frau Kollegin.",
    ),
    (
        "Du bist doch ein Trottel!",
        "Bitte nennt euch nicht gegenseitig „Trottel“, das bringt die Diskussion nicht weiter.",
    ),
    ("Dieses Gesindel gehört weg.", "Das Wort „Gesindel“ für Menschen finde ich nicht in Ordnung."),
    ("Halt die Klappe, du Depp.", "„Halt die Klappe“ ist kein Argument, ich bitte um einen anderen Ton."),
    (
        "Ihr seid alle Volksverräter!",
        "Wer andere als „Volksverräter“ beschimpft, will gar nicht diskutieren.",
    ),
    ("Was für ein Arschloch.", "Ich habe den Beitrag gemeldet, weil darin jemand „Arschloch“ genannt wird."),
];

fn sentences() -> Vec<Sample> {
    let of = |group: &&str| FRAMES.iter().map(|f| f.replace("{}", group)).collect::<Vec<_>>();
    GROUPS.iter().flat_map(of).map(|text| Sample { text, uncivil: false }).collect()
}

fn check(model: &Model, name: &str) {
    let sentences = sentences();
    assert!(GROUPS.len() >= 40 && FRAMES.len() >= 8);
    let flags = flagged(model, &sentences);
    let count = flags.iter().filter(|f| **f).count();
    let share = count as f64 / flags.len() as f64;
    eprintln!("{name}: {count} of {} flagged, {share:.4}", flags.len());
    for (frame, of) in FRAMES.iter().enumerate().map(|(k, f)| (f, flags.iter().skip(k).step_by(FRAMES.len())))
    {
        eprintln!("  {:3} {frame}", of.filter(|f| **f).count());
    }
    let sample = |text: &&str| Sample { text: (*text).to_owned(), uncivil: true };
    let (used, rejected): (Vec<_>, Vec<_>) = QUOTED.iter().map(|(u, r)| (sample(u), sample(r))).unzip();
    let pairs: Vec<(f64, f64)> =
        score_all(model, &used).into_iter().zip(score_all(model, &rejected)).collect();
    eprintln!("{name}: used and rejected {pairs:.3?}");
    assert!(share <= 0.02, "{count} of {} flagged", flags.len());
    let gap = pairs.iter().map(|(used, rejected)| used - rejected).sum::<f64>() / pairs.len() as f64;
    assert!(gap >= 0.2, "{pairs:?}");
}

#[test]
fn naming_a_group_is_no_incivility() {
    check(&common::half_trained().0, "own");
}

#[test]
fn naming_a_group_is_no_incivility_for_the_default_model() {
    let Some((model, _)) = common::shared("germeval2021") else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    check(&model, "default");
}
