//! What is detected from small repositories.

use super::*;

fn stack(files: &[(&str, &str)]) -> Stack {
    detect(&Snapshot::of_files(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))))
}

fn ids(signs: &[Sign]) -> Vec<&str> {
    signs.iter().map(|sign| sign.id.as_str()).collect()
}

#[test]
fn tells_a_package_from_a_folder_of_the_same_name() {
    let found = stack(&[
        ("main.py", "import torch\nfrom datasets import build\n"),
        ("datasets/__init__.py", ""),
        ("datasets/coco.py", "import numpy\n"),
    ]);
    assert_eq!(ids(&found.frameworks), ["pytorch"]);
    assert_eq!(found.frameworks[0].evidence[0].place(), "main.py:1");
    assert_eq!(found.shape, Shape::Research);
}

#[test]
fn tells_the_two_tensorflows_apart() {
    let name = |files: &[(&str, &str)]| stack(files).frameworks[0].name.clone();
    assert_eq!(name(&[("a.py", "import tensorflow as tf\nwith tf.Session() as s:\n    pass\n")]), "TensorFlow 1");
    assert_eq!(name(&[("a.py", "import tensorflow as tf\n"), ("Dockerfile", "FROM tensorflow/tensorflow:1.12.0-py3\n")]), "TensorFlow 1");
    assert_eq!(name(&[("a.py", "from tensorflow import keras\n"), ("requirements.txt", "tensorflow==2.0.1\n")]), "TensorFlow 2");
    assert_eq!(name(&[("a.py", "import tensorflow as tf\nsession = tf.compat.v1.Session()\n")]), "TensorFlow 2");
}

#[test]
fn knows_what_an_archive_and_a_lab_are() {
    let python2 = "import caffe\nprint 'a'\nprint 'b'\ntry:\n    pass\nexcept ValueError, e:\n    print 'c'\n";
    let old = stack(&[("tools/run.py", python2), ("setup.py", "from setuptools import setup\nsetup(name='x')\n")]);
    assert_eq!((old.shape, old.python[0].name.as_str()), (Shape::Archive, "2"));
    let lua = stack(&[("train.lua", "require 'torch'\nrequire 'nn'\n"), ("model/LSTM.lua", "return 1\n")]);
    assert_eq!((lua.shape, ids(&lua.frameworks)), (Shape::Archive, vec!["torch7"]));
    assert_eq!(ids(&lua.languages), ["lua"]);
    let lab = stack(&[
        ("README.md", "# An agent\n\nThis chatbot is deliberately vulnerable.\n"),
        ("main.py", "import langchain\nimport streamlit\n"),
    ]);
    assert_eq!((lab.shape, lab.evidence[0].place().as_str()), (Shape::Lab, "README.md:3"));
}

#[test]
fn tells_services_applications_and_libraries_apart() {
    let service = stack(&[("app.py", "from flask import Flask\n"), ("requirements.txt", "flask\n")]);
    assert_eq!(service.shape, Shape::Service);
    let both = stack(&[("app.py", "from fastapi import FastAPI\n"), ("train.py", "from sklearn.svm import SVC\nSVC().fit(x, y)\n")]);
    assert_eq!((both.shape, ids(&both.services)), (Shape::Application, vec!["fastapi"]));
    let library = stack(&[
        ("pyproject.toml", "[project]\nname = \"good-lib\"\nclassifiers = [\"Topic :: Software\"]\n[tool.poetry]\n"),
        ("good_lib/__init__.py", "import torch\n"),
        ("tests/test_a.py", "import flask\ndef test_a(): pass\n"),
    ]);
    assert_eq!((library.shape, ids(&library.managers)), (Shape::Library, vec!["poetry"]));
    assert_eq!(library.tests.unwrap().evidence[0].place(), "tests/test_a.py:2");
    assert!(library.services.is_empty());
}

#[test]
fn reads_bounds_of_python_and_the_host() {
    let found = stack(&[
        ("environment.yaml", "name: x\ndependencies:\n  - python=3.8.5\n  - pip\n"),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    strategy:\n      matrix:\n        python-version: [\"3.9\", '3.10']\n    steps:\n      - with:\n          python-version: ${{ matrix.python-version }}\n",
        ),
        ("pipelines/ci.yml", "pool:\n  vmImage: ubuntu-latest\nsteps:\n- script: x\n"),
        ("train.ipynb", "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"import os\\n\", \"import xgboost\"], \"outputs\": []}]}"),
    ]);
    assert_eq!(found.python.iter().map(|sign| sign.name.as_str()).collect::<Vec<_>>(), ["3.9", "3.10", "3.8.5"]);
    assert_eq!(ids(&found.ci), ["github", "azure-pipelines"]);
    assert_eq!((ids(&found.managers), ids(&found.frameworks)), (vec!["conda"], vec!["xgboost"]));
    assert_eq!(found.shape, Shape::Notebooks);
}
