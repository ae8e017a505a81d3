//! L3: the guardrails: one file each, listed here.

pub mod addresses;
pub mod archive_trick;
pub mod artifact_examples;
pub mod artifact_findings;
pub mod audit_bypassed;
pub mod auto_map;
pub mod chat_template;
pub mod ci_files;
pub mod code_findings;
pub mod compromised_action;
pub mod config_instantiation;
pub mod copy_all_without_dockerignore;
pub mod coverage;
pub mod dangerous_trigger;
pub mod data_in_git;
pub mod dataset_without_owner;
pub mod denied_version;
pub mod dependency_locks;
pub mod direct_url_dependency;
pub mod edits;
pub mod excerpt;
pub mod excessive_permissions;
pub mod finding;
pub mod governance_files;
pub mod guardrail;
pub mod guardrail_weakened;
pub mod hook_disabled;
pub mod ignore_rule_missing;
pub mod images;
pub mod index_override;
pub mod install_commands;
pub mod job_rights;
pub mod keras_code;
pub mod large_file;
pub mod latest_image_tag;
pub mod lock_out_of_date;
pub mod lock_without_hashes;
pub mod manifests;
pub mod missing_codeowners;
pub mod missing_model_card;
pub mod missing_security_policy;
pub mod missing_security_stage;
pub mod missing_threat_model;
pub mod model_not_in_inventory;
pub mod model_output_execution;
pub mod notebook_output_committed;
pub mod object_array;
pub mod onnx_custom_op;
pub mod onnx_external_data;
pub mod outcome;
pub mod persisted_credentials;
pub mod personal_data;
pub mod pickle_artifact;
pub mod pins;
pub mod place_kind;
pub mod pristine;
pub mod privileged_compose_service;
pub mod red_team_weakened;
pub mod release_signs;
pub mod remote_script_execution;
pub mod remote_script_in_dockerfile;
pub mod remote_scripts;
pub mod road_drift;
pub mod road_example;
pub mod road_outdated;
pub mod root_container;
pub mod run;
pub mod safeguard_removed;
pub mod safeguards;
pub mod safetensors_header;
pub mod savedmodel_file_op;
pub mod secret;
pub mod secret_in_dockerfile;
pub mod security_stages;
pub mod shell_from_model_output;
pub mod silenced_scanners;
pub mod threat_model_unanswered;
pub mod tls_verification_off;
pub mod torchscript_code;
pub mod trust_remote_code;
pub mod unlocked;
pub mod unpinned_action;
pub mod unpinned_base_image;
pub mod unpinned_ci_include;
pub mod unpinned_dependency;
pub mod unpinned_hub_revision;
pub mod unsafe_deserialization;
pub mod unsafe_pickle;
pub mod unscannable_artifact;
pub mod unscannable_file;
pub mod unvetted_base_image;
pub mod update_bot_missing;
pub mod waiver_expired;
pub mod weakened_lint;
pub mod workflow_injection;
pub mod workflows;

use std::sync::LazyLock;

use guardrail::Guardrail;

/// Guardrails that look at the same thing.
#[derive(Debug)]
pub struct Group {
    /// What they look at.
    pub title: &'static str,
    /// The engine that runs them by itself, where `highroad scan` has one.
    pub engine: Option<Engine>,
    /// The guardrails, in the order that people see.
    pub guardrails: &'static [&'static Guardrail],
}

/// An engine that can run by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Engine {
    /// Secrets.
    Secrets,
    /// Model artifacts.
    Artifacts,
    /// Risky code.
    Code,
}

/// The guardrails, one line each.
pub static GROUPS: &[Group] = &[
    Group { title: "Secrets", engine: Some(Engine::Secrets), guardrails: &[&secret::GUARDRAIL] },
    Group {
        title: "Dependencies",
        engine: None,
        guardrails: &[
            &unpinned_dependency::GUARDRAIL,
            &unlocked::GUARDRAIL,
            &lock_without_hashes::GUARDRAIL,
            &lock_out_of_date::GUARDRAIL,
            &direct_url_dependency::GUARDRAIL,
            &index_override::GUARDRAIL,
            &denied_version::GUARDRAIL,
        ],
    },
    Group {
        title: "Model artifacts",
        engine: Some(Engine::Artifacts),
        guardrails: &[
            &pickle_artifact::GUARDRAIL,
            &unsafe_pickle::GUARDRAIL,
            &archive_trick::GUARDRAIL,
            &object_array::GUARDRAIL,
            &keras_code::GUARDRAIL,
            &torchscript_code::GUARDRAIL,
            &savedmodel_file_op::GUARDRAIL,
            &onnx_external_data::GUARDRAIL,
            &onnx_custom_op::GUARDRAIL,
            &chat_template::GUARDRAIL,
            &auto_map::GUARDRAIL,
            &safetensors_header::GUARDRAIL,
            &config_instantiation::GUARDRAIL,
            &unscannable_artifact::GUARDRAIL,
        ],
    },
    Group {
        title: "Code",
        engine: Some(Engine::Code),
        guardrails: &[
            &unsafe_deserialization::GUARDRAIL,
            &trust_remote_code::GUARDRAIL,
            &unpinned_hub_revision::GUARDRAIL,
            &tls_verification_off::GUARDRAIL,
            &model_output_execution::GUARDRAIL,
            &shell_from_model_output::GUARDRAIL,
            &remote_script_execution::GUARDRAIL,
        ],
    },
    Group {
        title: "Containers",
        engine: None,
        guardrails: &[
            &unpinned_base_image::GUARDRAIL,
            &latest_image_tag::GUARDRAIL,
            &unvetted_base_image::GUARDRAIL,
            &root_container::GUARDRAIL,
            &secret_in_dockerfile::GUARDRAIL,
            &remote_script_in_dockerfile::GUARDRAIL,
            &copy_all_without_dockerignore::GUARDRAIL,
            &privileged_compose_service::GUARDRAIL,
        ],
    },
    Group {
        title: "CI",
        engine: None,
        guardrails: &[
            &unpinned_action::GUARDRAIL,
            &compromised_action::GUARDRAIL,
            &excessive_permissions::GUARDRAIL,
            &workflow_injection::GUARDRAIL,
            &dangerous_trigger::GUARDRAIL,
            &persisted_credentials::GUARDRAIL,
            &unpinned_ci_include::GUARDRAIL,
            &missing_security_stage::GUARDRAIL,
        ],
    },
    Group {
        title: "Data and notebooks",
        engine: None,
        guardrails: &[
            &data_in_git::GUARDRAIL,
            &large_file::GUARDRAIL,
            &notebook_output_committed::GUARDRAIL,
            &personal_data::GUARDRAIL,
            &dataset_without_owner::GUARDRAIL,
            &audit_bypassed::GUARDRAIL,
        ],
    },
    Group {
        title: "Governance",
        engine: None,
        guardrails: &[
            &missing_security_policy::GUARDRAIL,
            &missing_codeowners::GUARDRAIL,
            &missing_threat_model::GUARDRAIL,
            &threat_model_unanswered::GUARDRAIL,
            &missing_model_card::GUARDRAIL,
            &model_not_in_inventory::GUARDRAIL,
            &update_bot_missing::GUARDRAIL,
        ],
    },
    Group {
        title: "The road",
        engine: None,
        guardrails: &[
            &road_drift::GUARDRAIL,
            &road_outdated::GUARDRAIL,
            &safeguard_removed::GUARDRAIL,
            &hook_disabled::GUARDRAIL,
            &ignore_rule_missing::GUARDRAIL,
            &weakened_lint::GUARDRAIL,
            &red_team_weakened::GUARDRAIL,
        ],
    },
    Group {
        title: "The check itself",
        engine: None,
        guardrails: &[&waiver_expired::GUARDRAIL, &guardrail_weakened::GUARDRAIL, &unscannable_file::GUARDRAIL],
    },
];

/// Every guardrail, in the order that people see.
pub static ALL: LazyLock<Vec<&'static Guardrail>> = LazyLock::new(|| GROUPS.iter().flat_map(|group| group.guardrails).copied().collect());

/// Returns the guardrails of an engine.
pub fn of_engine(engine: Engine) -> Vec<&'static Guardrail> {
    GROUPS.iter().filter(|group| group.engine == Some(engine)).flat_map(|group| group.guardrails).copied().collect()
}

/// Returns the guardrail with an id.
pub fn find(id: &str) -> Option<&'static Guardrail> {
    ALL.iter().copied().find(|guardrail| guardrail.meta.id == id)
}

/// Returns the ids of all guardrails.
pub fn ids() -> Vec<&'static str> {
    ALL.iter().map(|guardrail| guardrail.meta.id).collect()
}
