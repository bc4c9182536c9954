use super::*;

fn hits(lists: [(&str, &str); 2], text: &str) -> Vec<(usize, String)> {
    let lexicon = Lexicon::new(lists).unwrap();
    let folded = Folded::new(text);
    let mut out = Vec::new();
    lexicon
        .for_each(&folded, |c, _, r| out.push((c, String::from_utf8_lossy(&folded.symbols[r]).into_owned())));
    out
}

const LISTS: [(&str, &str); 2] = [("a", "depp\nhohlk*  # a stem\n*idiot*"), ("b", "# none\nhau ab")];

#[test]
fn bounds_are_kept() {
    for (text, expected) in [
        ("Du Depp!", vec![(0, "depp")]),
        ("deppert", vec![]),
        ("Hohlköpfe", vec![(0, "hohlk")]),
        ("Vollidioten", vec![(0, "idiot")]),
        ("1d10t", vec![(0, "idiot")]),
        ("Hau ab, Depp", vec![(1, "hau ab"), (0, "depp")]),
        ("Schau abends", vec![]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|(c, w)| (c, w.to_owned())).collect();
        assert_eq!(hits(LISTS, text), expected, "{text}");
    }
}

fn abusive_hits(lexicon: &Lexicon, text: &str) -> Vec<String> {
    let folded = Folded::new(text);
    let mut out = Vec::new();
    lexicon.for_each(&folded, |c, _, r| {
        if c < ABUSIVE {
            out.push(format!("{}: {}", BUILTIN[c].0, String::from_utf8_lossy(&folded.symbols[r])));
        }
    });
    out
}

/// Words whose letters hold a term of abuse by accident, or that are one only when
/// somebody is called so.
const HARMLESS: &str = "Kontrolle kontrollieren Auftritt Fortschritte Apfelbaum Nullpunkt Motor dementsprechend \
    Wolfenbüttel Brunsbüttel Niederschlag Veranstaltung Anstalt Köpfe Psychologie psychosozial Prolog Pertussis \
    neugierig wissbegierig dreistellig dreißig Barbara bestiegen Regiment Metastasen vergaß vergessen gerechter \
    Barbarossa Weinzucht Schweinezucht Dolmetscherin häuslich Bazillus Gehirninfarkt Futter Zukunft Oxymoron \
    Dummy Bronze Sparschwein Meerschweinchen Warteschlange Schnepfenvogel Esel Kuh Ratte Flasche Koffer Rucksack \
    Wellensittich Sekretin Pseudonym Pubertät Kindergarten ungestört unbeschränkt arbeitsunfähig Müllabfuhr Abfall \
    Groschen Sixpack Braunzone nachgezüchtet Lutscher Futur Memmingen Stunteinlage Maultasche Maulwurf Marsch \
    Muslim Jüdin schwul lesbisch Rollstuhl Flüchtling Ausländerin Türke Frau Polin Katholik Behinderung \
    Rabbiner Kopftuch Transgender Homosexualität Migrantin Asylwerber Roma Afghane Christ";

const HARSH: &str = "Idiot Vollidioten Idiotin Trottel Volltrottel Depp Deppen deppert Arschloch Arschlöcher \
    Hurensohn Wichser Drecksau Drecksack Missgeburt Vollpfosten Hohlkopf Wirrköpfe Hampelmann Heulsuse Wappler \
    Gfrast Schwachkopf Dummkopf Spatzenhirn Vollkoffer Speichellecker Hanswurst scheiße Scheissdreck verarscht \
    beschissen verfickt Gesindel Abschaum Ungeziefer Untermenschen Lumpenpack dumm saudumm dämlich bescheuert \
    hirnlos erbärmlich strohdumm verblödet widerlich Blödsinn Schwachsinn Geschwafel Volksverräter Lügenpresse \
    Gutmenschen Covidiot erschießen ausrotten verrecke Lügner Heuchlerin Verräter Schmarotzer Besserwisser \
    Schnauze Maul Goschn";

#[test]
fn harmless_words_hold_no_abuse_by_accident() {
    let lexicon = Lexicon::builtin().unwrap();
    assert!(HARMLESS.split_whitespace().count() > 60);
    for word in HARMLESS.split_whitespace() {
        assert_eq!(abusive_hits(&lexicon, word), [""; 0], "{word}");
    }
}

#[test]
fn harsh_words_are_found() {
    let lexicon = Lexicon::builtin().unwrap();
    assert!(HARSH.split_whitespace().count() > 60);
    for word in HARSH.split_whitespace() {
        assert!(!abusive_hits(&lexicon, word).is_empty(), "{word}");
    }
}

/// The words of a category in `text`.
fn hits_of(category: &str, text: &str) -> usize {
    let lexicon = Lexicon::builtin().unwrap();
    let number = lexicon.categories().iter().position(|c| c == category).unwrap();
    let mut hits = 0;
    lexicon.for_each(&Folded::new(text), |c, _, _| hits += usize::from(c == number));
    hits
}

#[test]
fn talk_about_forum_and_newspaper_and_advertising_are_told_from_the_matter() {
    for (category, text, hits) in [
        ("forum", "Warum wurde mein Posting schon wieder gelöscht?", 2),
        ("forum", "Liebe Moderation, das ist Zensur.", 2),
        ("forum", "Die Rotstrichler sind heute fleißig, Daumen runter für alle", 2),
        ("forum", "Das ist off-topic, aber das Forum am See öffnet die Tore", 2),
        ("forum", "Der Daumen tut weh, das Feuer ist aus, der Posten ist besetzt", 0),
        ("newspaper", "Schlecht recherchiert, liebe Redaktion", 2),
        ("newspaper", "Der Praktikant schreibt wieder Artikel", 2),
        ("newspaper", "Die Partei will die Abgabe erhöhen", 0),
        ("advertising", "Jetzt bestellen, mit dem Code SOMMER", 2),
        ("advertising", "Der Händler hat sein Geschäft verkauft", 0),
    ] {
        assert_eq!(hits_of(category, text), hits, "{category}: {text}");
    }
}

#[test]
fn phrases_are_found_whole() {
    let lexicon = Lexicon::builtin().unwrap();
    for (text, harsh) in [
        ("Halt die Klappe!", true),
        ("Hau ab, du Witzfigur", true),
        ("schleich di", true),
        ("Wir fahren ab nach Hause", false),
        ("Das Tor zur Stadt, null Grad am Baum", false),
    ] {
        assert_eq!(!abusive_hits(&lexicon, text).is_empty(), harsh, "{text}");
    }
}

#[test]
fn the_built_in_lists_compile_and_have_no_double_entry() {
    let lexicon = Lexicon::builtin().unwrap();
    assert_eq!(lexicon.categories().len(), BUILTIN.len());
    for (category, list) in lexicon.lists() {
        let mut words: Vec<_> = list.lines().filter(|l| !l.starts_with('#')).collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count, "{category}");
    }
}

#[test]
fn more_first_words_than_can_be_numbered_are_refused() {
    let list: String = (0..70_000).map(|i| format!("wort{i} zwei\n")).collect();
    assert!(Lexicon::new([("a", &*list)]).unwrap_err().to_string().contains("too many"));
}

#[test]
fn an_entry_of_stars_only_is_refused() {
    assert!(Lexicon::new([("a", "**")]).unwrap_err().to_string().contains("line 1"));
}
