//! Model files as libraries write them, with nothing in them that runs. Made when the test runs.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use serde_json::json;

use super::artifact_bad::Made;
use super::artifact_bytes::{Arg, Item, Member, Pickle, bytes, gzip, member, message, npy, state_dict, tar, torch_zip, zip, zlib};
use super::artifact_formats::{
    Meta, gguf, gguf_tensor, graph, header, inside, keras, layer, node, onnx, outside, safetensors, saved_model, sequential, tf_graph,
};

/// All of them.
pub fn all() -> Vec<Made> {
    let mut made = Vec::new();
    pickles(&mut made);
    torch(&mut made);
    arrays(&mut made);
    models(&mut made);
    others(&mut made);
    made
}

/// An array as numpy pickles it.
fn array(core: &str) -> Pickle {
    let dtype = Pickle::default()
        .global("numpy", "dtype")
        .long_text("f8")
        .raw(b"\x89\x88\x87R(K\x03")
        .long_text("<")
        .raw(b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb");
    Pickle::default()
        .global(&format!("{core}.multiarray"), "_reconstruct")
        .global("numpy", "ndarray")
        .raw(b"K\0\x85C\x01b\x87R(K\x01K\x02\x85")
        .raw(&dtype.bytes())
        .raw(b"\x89C\x10")
        .raw(&[0; 16])
        .raw(b"tb")
}

fn pickles(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    let p = || Pickle::new(4);
    let object = |module: &str, name: &str, state: Pickle| p().named(module, name).raw(b")\x81").raw(&state.bytes()).raw(b"b").stop();
    let state = |pairs: &[(&'static str, Arg)]| {
        Pickle::default().arg(&Arg::Dict(pairs.iter().map(|(key, value)| (Arg::Text(key), value.clone())).collect()))
    };
    add("settings_p0.pkl", Pickle::new(0).raw(b"(dVlr\nF0.1\nsVepochs\nI3\ns").stop());
    add("settings_p2.pkl", Pickle::new(2).raw(b"}").long_text("lr").raw(b"G?\xb9\x99\x99\x99\x99\x99\x9as").stop());
    add(
        "words.pkl",
        p().arg(&Arg::List(vec![Arg::Text("os"), Arg::Text("system"), Arg::Text("builtins.eval"), Arg::Text("subprocess")])).stop(),
    );
    add("note.pkl", p().arg(&Arg::Dict(vec![(Arg::Text("doc"), Arg::Text("cos\nsystem\n(S'echo'\ntR."))])).stop());
    add("ordered.pkl", p().named("collections", "OrderedDict").raw(b")R(").text("a").int(1).raw(b"u").stop());
    add("default_list.pkl", p().named("collections", "defaultdict").named("builtins", "list").raw(b"\x85R").stop());
    add("counter.pkl", p().named("collections", "Counter").raw(b"}\x85R").stop());
    add("deque.pkl", p().named("collections", "deque").raw(b")R").stop());
    add("set.pkl", Pickle::new(2).global("__builtin__", "set").raw(b"]\x85R").stop());
    add("complex.pkl", p().named("builtins", "complex").raw(b"G\0\0\0\0\0\0\0\0G\0\0\0\0\0\0\0\0\x86R").stop());
    add("datetime.pkl", p().named("datetime", "datetime").arg(&Arg::Bytes(vec![7, 234, 3, 2, 10, 0, 0, 0, 0, 0])).raw(b"\x85R").stop());
    add("decimal.pkl", p().named("decimal", "Decimal").text("1.5").raw(b"\x85R").stop());
    add("path.pkl", p().named("pathlib", "PosixPath").text("data").text("train.csv").raw(b"\x86R").stop());
    add("fraction.pkl", p().named("fractions", "Fraction").text("1/3").raw(b"\x85R").stop());
    add("uuid.pkl", object("uuid", "UUID", state(&[("int", Arg::Int(7))])));
    add("namespace.pkl", object("argparse", "Namespace", state(&[("lr", Arg::Int(1)), ("output", Arg::Text("runs/1"))])));
    add("array_old.pkl", Pickle::new(3).raw(&array("numpy.core").bytes()).stop());
    add("array_new.pkl", Pickle::new(4).raw(&array("numpy._core").bytes()).stop());
    let generator = Pickle::new(4).named("numpy.random._pickle", "__randomstate_ctor").text("MT19937").raw(b"\x85R");
    add("random_state.pkl", generator.raw(b"}b").stop());
    let coefficients = |more: &'static str| {
        state(&[("C", Arg::Int(1)), ("coef_", Arg::Code(array("numpy._core"))), ("_sklearn_version", Arg::Text(more))])
    };
    for (n, (module, name)) in [
        ("sklearn.linear_model._logistic", "LogisticRegression"),
        ("sklearn.preprocessing._data", "StandardScaler"),
        ("sklearn.feature_extraction.text", "TfidfVectorizer"),
        ("sklearn.cluster._kmeans", "KMeans"),
    ]
    .into_iter()
    .enumerate()
    {
        add(&format!("estimator{n}.pkl"), object(module, name, coefficients("1.7.2")));
    }
    let steps =
        Arg::List(vec![Arg::Code(p_of("sklearn.preprocessing._data", "StandardScaler")), Arg::Code(p_of("sklearn.svm._classes", "SVC"))]);
    add("pipeline.joblib", object("sklearn.pipeline", "Pipeline", state(&[("steps", steps), ("memory", Arg::Nothing)])));
    let tree = Pickle::default().named("sklearn.tree._tree", "Tree").int(3).raw(&array("numpy._core").bytes()).int(1).raw(b"\x87R");
    add("tree.pkl", object("sklearn.tree._classes", "DecisionTreeClassifier", state(&[("tree_", Arg::Code(tree))])));
    add("sparse.pkl", object("scipy.sparse._csr", "csr_matrix", state(&[("data", Arg::Code(array("numpy.core")))])));
    add(
        "scalar.pkl",
        p().named("numpy.core.multiarray", "scalar").raw(&array("numpy.core").bytes()).raw(b"C\x08").raw(&[0; 8]).raw(b"\x86R").stop(),
    );
    add("packed_settings.pkl.gz", gzip(&p().arg(&Arg::Dict(vec![(Arg::Text("a"), Arg::Int(1))])).stop()));
    add("packed_array.joblib", zlib(&Pickle::new(3).raw(&array("numpy.core").bytes()).stop()));
}

fn p_of(module: &str, name: &str) -> Pickle {
    Pickle::default().named(module, name).raw(b")\x81}b")
}

fn torch(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    for storage in ["HalfStorage", "BFloat16Storage", "LongStorage", "ByteStorage", "BoolStorage"] {
        add(&format!("{}.pt", storage.to_lowercase()), torch_zip("archive", state_dict(3, storage), vec![]));
    }
    add(
        "extra.pth",
        torch_zip("model", state_dict(2, "FloatStorage"), vec![member("model/.data/serialization_id", b"0123456789".to_vec())]),
    );
    let inner = state_dict(2, "FloatStorage");
    let checkpoint = Pickle::new(2)
        .raw(b"}(")
        .long_text("epoch")
        .int(3)
        .long_text("args")
        .global("argparse", "Namespace")
        .raw(b")\x81}b")
        .long_text("model")
        .raw(&inner[2..inner.len() - 1])
        .raw(b"u")
        .stop();
    add("checkpoint.ckpt", torch_zip("archive", checkpoint, vec![]));
    let parameter = Pickle::new(2)
        .global("torch._utils", "_rebuild_parameter")
        .raw(&inner[2..inner.len() - 1])
        .raw(b"\x88")
        .global("collections", "OrderedDict")
        .raw(b")R\x87R");
    add("parameter.pt", torch_zip("archive", parameter.stop(), vec![]));
    let device = Pickle::new(2).raw(b"}(").long_text("d").global("torch", "device").long_text("cpu").raw(b"\x85R");
    let size = device.long_text("s").global("torch", "Size").raw(b"K\x02\x85\x85Ru").stop();
    add("device.pt", torch_zip("archive", size, vec![]));
    let magic = Pickle::new(2).raw(b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19").stop();
    let legacy = [
        magic,
        Pickle::new(2).raw(b"M\xe9\x03").stop(),
        Pickle::new(2).raw(b"}").stop(),
        state_dict(1, "FloatStorage"),
        Pickle::new(2).raw(b"](").long_text("0").raw(b"e").stop(),
    ];
    let mut legacy = legacy.concat();
    legacy.extend([16, 0, 0, 0, 0, 0, 0, 0]);
    legacy.extend([0; 64]);
    add("legacy.pth", legacy);
    let deflated = |name: &str, data: Vec<u8>| Member { name: name.to_owned(), data, deflated: true, streamed: true };
    add("packed.pt", zip(&[deflated("m/data.pkl", state_dict(1, "FloatStorage")), deflated("m/version", b"3\n".to_vec())]));
}

fn arrays(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    add("v2.npy", npy(2, "'<f4'", "(4,)", &[0; 16]));
    add("fields.npy", npy(1, "[('a', '<f8'), ('b', '<i4')]", "(2,)", &[0; 24]));
    add("text.npy", npy(1, "'<U4'", "(2,)", &[0; 32]));
    add("flags.npy", npy(3, "'|b1'", "(8,)", &[1; 8]));
    let packed = |name: &str, data: Vec<u8>| Member { name: name.to_owned(), data, deflated: true, streamed: false };
    add("packed.npz", zip(&[packed("a.npy", npy(1, "'<f8'", "(2,)", &[0; 16])), packed("b.npy", npy(1, "'|u1'", "(4,)", &[9; 4]))]));
}

fn models(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    let dense = || {
        layer(
            "keras.layers",
            "Dense",
            json!({"units": 4, "activation": "relu", "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": null}, "registered_name": null}}),
        )
    };
    add(
        "layers.keras",
        keras(
            &sequential(&[
                dense(),
                layer("keras.layers", "BatchNormalization", json!({})),
                layer("keras.layers", "LSTM", json!({"units": 2})),
            ]),
            true,
            vec![],
        ),
    );
    add(
        "lookup.keras",
        keras(
            &sequential(&[layer("keras.layers", "StringLookup", json!({"vocabulary": ["eval", "os.system", "Lambda"]}))]),
            false,
            vec![member("assets/words.txt", b"eval\nexec\n".to_vec())],
        ),
    );
    let nested = layer("keras.layers", "Bidirectional", json!({"layer": layer("keras.layers", "GRU", json!({"units": 3}))}));
    add("nested.keras", keras(&sequential(&[sequential(&[nested]), dense()]), false, vec![]));
    add(
        "tf/saved_model.pb",
        saved_model(&[tf_graph(
            &["Placeholder", "VarHandleOp", "SaveV2", "RestoreV2", "MergeV2Checkpoints", "ShardedFilename", "StaticRegexFullMatch"],
            &[&["MatMul", "BiasAdd"]],
        )]),
    );
    add("frozen.pb", tf_graph(&["Placeholder", "Const", "Conv2D", "Softmax"], &[]));
    add(
        "plain.onnx",
        onnx(
            &graph(&[node("Conv", "", &[]), node("Relu", "", &[])], &[inside("w")]),
            &[""],
            &[("author", "the team"), ("note", "exec(os.system) is not here")],
        ),
    );
    add(
        "trees.onnx",
        onnx(
            &graph(&[node("TreeEnsembleClassifier", "ai.onnx.ml", &[]), node("ZipMap", "ai.onnx.ml", &[])], &[]),
            &["", "ai.onnx.ml"],
            &[],
        ),
    );
    add("fused.onnx", onnx(&graph(&[node("FusedMatMul", "com.microsoft", &[])], &[]), &["", "com.microsoft"], &[]));
    add(
        "beside.onnx",
        onnx(&graph(&[node("Add", "", &[])], &[outside("w", "weights/model.onnx_data"), outside("v", "./v..1.bin")]), &[""], &[]),
    );
    let attribute = message(&[bytes(1, "else_branch"), bytes(6, graph(&[node("Identity", "", &[])], &[]))]);
    add("branch.onnx", onnx(&graph(&[node("If", "", &[attribute])], &[]), &[""], &[]));
    let architecture = || ("general.architecture", Meta::Text("llama".into()));
    let template = "{%- set ns = namespace(found=false) -%}{%- for message in messages -%}{%- if message['role'] == 'system' -%}{%- set ns.found = true -%}{%- endif -%}{{ '<|' + message.role + '|>\\n' + message.content | trim }}{%- endfor -%}{%- if add_generation_prompt -%}{{ '<|assistant|>' }}{%- endif -%}";
    let strict = "{% macro tool(t) %}{{ t.function.name }}({{ t.function.arguments | tojson }}){% endmacro %}{% if messages|length == 0 %}{{ raise_exception('No messages') }}{% endif %}{{ strftime_now('%d %b %Y') }}{% for m in messages if m.content is not none %}{{ m.content.split('</think>')[-1].lstrip('\\n') }}{% endfor %}";
    for (n, text) in [template, strict].into_iter().enumerate() {
        let values = [
            architecture(),
            ("tokenizer.ggml.tokens", Meta::Texts(vec!["<s>", "__init__", "os.system"])),
            ("tokenizer.chat_template", Meta::Text(text.into())),
        ];
        add(&format!("chat{n}.gguf"), gguf(&values, 0, &[]));
    }
    let mut tensor = gguf_tensor("w", &[4, 2], 0);
    let start = gguf(&[architecture(), ("llama.block_count", Meta::Number(2))], 1, &[]).len();
    tensor.resize((start + tensor.len()).next_multiple_of(32) - start + 32, 0);
    add("one_tensor.gguf", gguf(&[architecture(), ("llama.block_count", Meta::Number(2))], 1, &tensor));
    add("two.safetensors", safetensors(&header(&[("a", 2, 0, 8), ("b", 3, 8, 20)]), 20, None));
    add("padded.safetensors", safetensors(&format!("{}      ", header(&[("a", 2, 0, 8)])), 8, None));
    add("empty.safetensors", safetensors("{\"__metadata__\":{\"format\":\"pt\",\"note\":\"os.system\"}}", 0, None));
    add(
        "half.safetensors",
        safetensors(
            "{\"a\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]},\"z\":{\"dtype\":\"F8_E4M3\",\"shape\":[0],\"data_offsets\":[8,8]}}",
            8,
            None,
        ),
    );
}

fn others(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    add(
        "export.tar",
        tar(&[
            Item::File("export/config.json", b"{}"),
            Item::File("export/a.npy", &npy(1, "'<f4'", "(2,)", &[0; 8])),
            Item::Link("export/latest", "config.json"),
        ]),
    );
    add(
        "weights.nemo",
        tar(&[
            Item::File("./model_config.yaml", b"encoder:\n  _target_: nemo.collections.asr.modules.ConformerEncoder\n"),
            Item::File("./model_weights.ckpt", &torch_zip("m", state_dict(1, "FloatStorage"), vec![])),
        ]),
    );
    add("rows.csv.gz", gzip(b"a,b\n1,2\n"));
    add("rows.zip", zip(&[member("rows.csv", b"a,b\n1,2\n".to_vec())]));
    add("tokenizer.json", json!({"version": "1.0", "added_tokens": [{"id": 0, "content": "__import__"}]}).to_string().into());
    add("config.json", json!({"model_type": "bert", "architectures": ["BertModel"]}).to_string().into());
    add("model.txt", b"tree\nversion=v4\nnum_class=1\n".to_vec());
    add("notes.pkl.md", b"c is for cat\nos is an operating system\n".to_vec());
}
