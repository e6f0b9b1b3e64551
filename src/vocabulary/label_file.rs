//! `labels.toml` of a language, as it is written.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) labels: PersonLabels,
    pub(super) words: WordLists,
    pub(super) cues: CueLists,
    pub(super) categories: Categories,
    pub(super) bodies: BodyLists,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonLabels {
    pub(super) name: Vec<String>,
    pub(super) family_name: Vec<String>,
    pub(super) given_name: Vec<String>,
    pub(super) former: Vec<String>,
    pub(super) honorific: Vec<String>,
    pub(super) organization: Vec<String>,
    pub(super) department: Vec<String>,
    pub(super) position: Vec<String>,
    pub(super) email: Vec<String>,
    pub(super) telephone: Vec<String>,
    pub(super) mobile: Vec<String>,
    pub(super) fax: Vec<String>,
    pub(super) address: Vec<String>,
    pub(super) country: Vec<String>,
    pub(super) body: Vec<String>,
    pub(super) number: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WordLists {
    pub(super) honorifics: Vec<String>,
    pub(super) honorifics_after: Vec<String>,
    pub(super) suffixes: Vec<String>,
    pub(super) surnames: Vec<String>,
    pub(super) particles: Vec<String>,
    #[serde(default)]
    pub(super) given: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) modifiers: Vec<String>,
    pub(super) organizations: Vec<String>,
    pub(super) legal_forms: Vec<String>,
    pub(super) organization_ends: Vec<String>,
    pub(super) organization_starts: Vec<String>,
    pub(super) breaks: Vec<String>,
    pub(super) ours: Vec<String>,
    pub(super) articles: Vec<String>,
    pub(super) links: Vec<String>,
    pub(super) at: Vec<String>,
    pub(super) role_starts: Vec<String>,
    pub(super) not_names: Vec<String>,
    pub(super) placeholders: Vec<String>,
    pub(super) ands: Vec<String>,
    pub(super) organization_pronouns: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) subunits: Vec<String>,
    pub(super) small_bodies: Vec<String>,
    pub(super) indefinite: Vec<String>,
    pub(super) led: Vec<String>,
    pub(super) designates: Vec<String>,
    pub(super) missions: Vec<String>,
    pub(super) old_columns: Vec<String>,
    pub(super) new_columns: Vec<String>,
    pub(super) unchanged: Vec<String>,
    pub(super) dittos: Vec<String>,
    pub(super) possessives: Vec<String>,
    pub(super) yes: Vec<String>,
    pub(super) numbers: Vec<String>,
    #[serde(default)]
    pub(super) nominatives: Vec<String>,
    pub(super) at_signs: Vec<String>,
    pub(super) dots: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CueLists {
    pub(super) propose: Vec<String>,
    #[serde(rename = "self")]
    pub(super) myself: Vec<String>,
    #[serde(rename = "not_self")]
    pub(super) not_myself: Vec<String>,
    pub(super) also_self: Vec<String>,
    pub(super) introduces: Vec<String>,
    pub(super) own_function: Vec<String>,
    pub(super) his_function: Vec<String>,
    pub(super) alternate: Vec<String>,
    pub(super) bystander: Vec<String>,
    pub(super) behalf: Vec<String>,
    pub(super) replaces_end: Vec<String>,
    pub(super) withdraw: Vec<String>,
    pub(super) stays: Vec<String>,
    pub(super) replaces: Vec<String>,
    pub(super) replaces_me: Vec<String>,
    pub(super) i_replace: Vec<String>,
    pub(super) replaced_by: Vec<String>,
    pub(super) in_his_place: Vec<String>,
    pub(super) replace_with: Vec<String>,
    pub(super) old_value: Vec<String>,
    pub(super) old_behind: Vec<String>,
    pub(super) disused: Vec<String>,
    pub(super) present: Vec<String>,
    pub(super) old_to_new: Vec<String>,
    pub(super) new_to_old: Vec<String>,
    pub(super) new_function: Vec<String>,
    pub(super) no_successor: Vec<String>,
    pub(super) preferred: Vec<String>,
    pub(super) from_here: Vec<String>,
    pub(super) same_number: Vec<String>,
    pub(super) shared_number: Vec<String>,
    pub(super) extension: Vec<String>,
    pub(super) forward: Vec<String>,
    pub(super) promise: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Categories {
    pub(super) member: Vec<String>,
    pub(super) declared: Vec<String>,
    pub(super) offered: Vec<String>,
    pub(super) sdo: Vec<String>,
    pub(super) expert: Vec<String>,
    pub(super) offices: Vec<String>,
    pub(super) fields: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BodyLists {
    pub(super) study_group: Vec<String>,
    pub(super) other_sector: Vec<String>,
    pub(super) advisory_group: Vec<String>,
    pub(super) itu_r: Vec<String>,
    pub(super) itu_d: Vec<String>,
    pub(super) announced: Vec<String>,
}
