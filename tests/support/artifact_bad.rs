//! Model files that would hurt who loads them, with a payload that only prints a word. Made when the test runs.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use serde_json::json;

use super::artifact_bytes::{
    Arg, COMMAND, Item, Member, Pickle, call, calls, gzip, member, npy, runs, state_dict, tar, torch_zip, zip, zlib,
};
use super::artifact_bytes::{bytes, message};
use super::artifact_formats::{
    Meta, gguf, gguf_tensor, graph, header, inside, keras, layer, node, onnx, outside, safetensors, saved_model, sequential, tf_graph,
};
use super::seeded::base64;

/// A file: its name and its content.
pub type Made = (String, Vec<u8>);

/// All of them.
pub fn all() -> Vec<Made> {
    let mut made = Vec::new();
    plain(&mut made);
    indirect(&mut made);
    streams(&mut made);
    containers(&mut made);
    models(&mut made);
    headers(&mut made);
    made
}

/// Globals that do something by themselves.
fn plain(made: &mut Vec<Made>) {
    let text = Arg::Text;
    let list = |words: &[&'static str]| Arg::List(words.iter().map(|word| Arg::Text(word)).collect());
    let direct: [(&str, &str, &str, Vec<Arg>); 34] = [
        ("nt_system", "nt", "system", vec![text(COMMAND)]),
        ("os_popen", "os", "popen", vec![text(COMMAND)]),
        ("os_execvp", "os", "execvp", vec![text("echo"), list(&["echo", "highroad-canary"])]),
        ("os_spawn", "posix", "posix_spawn", vec![text("/bin/echo"), list(&["echo"]), Arg::Dict(vec![])]),
        ("os_remove", "os", "remove", vec![text("highroad-canary")]),
        ("sub_run", "subprocess", "run", vec![list(&["echo", "highroad-canary"])]),
        ("sub_getoutput", "subprocess", "getoutput", vec![text(COMMAND)]),
        ("commands", "commands", "getoutput", vec![text(COMMAND)]),
        ("pty_spawn", "pty", "spawn", vec![list(&["echo", "highroad-canary"])]),
        ("builtin_import", "builtins", "__import__", vec![text("highroad_canary")]),
        ("builtin_eval", "builtins", "eval", vec![text("1+1")]),
        ("builtin2_exec", "__builtin__", "exec", vec![text("pass")]),
        ("open_write", "builtins", "open", vec![text("highroad-canary"), text("w")]),
        ("importlib", "importlib", "import_module", vec![text("highroad_canary")]),
        ("code_run", "code", "interact", vec![]),
        ("cprofile", "cProfile", "run", vec![text("pass")]),
        ("pdb_run", "pdb", "run", vec![text("pass")]),
        ("bdb_run", "bdb", "Bdb.run", vec![Arg::Nothing, text("pass")]),
        ("webbrowser", "webbrowser", "open", vec![text("highroad-canary")]),
        ("socket", "socket", "create_connection", vec![list(&["highroad-canary"])]),
        ("urlopen", "urllib.request", "urlopen", vec![text("file:///highroad-canary")]),
        ("rmtree", "shutil", "rmtree", vec![text("highroad-canary")]),
        ("ctypes", "ctypes", "CDLL", vec![text("highroad-canary.so")]),
        ("asyncio", "asyncio", "create_subprocess_shell", vec![text(COMMAND)]),
        ("spawn_distutils", "distutils.spawn", "spawn", vec![list(&["echo"])]),
        ("ensurepip", "ensurepip", "_run_pip", vec![list(&["--version"])]),
        ("idle", "idlelib.pyshell", "ModifiedInterpreter.runcommand", vec![Arg::Nothing, text("pass")]),
        ("torch_execwrapper", "torch.jit.unsupported_tensor_ops", "execWrapper", vec![text("pass"), Arg::Dict(vec![]), Arg::Dict(vec![])]),
        ("torch_collect_env", "torch.utils.collect_env", "run", vec![text(COMMAND)]),
        ("numpy_myeval", "numpy.f2py.crackfortran", "myeval", vec![text("1+1")]),
        ("marshal", "marshal", "loads", vec![Arg::Bytes(vec![b'N'])]),
        ("pickle_cloud", "cloudpickle", "loads", vec![Arg::Bytes(runs(4))]),
        ("linecache", "runpy", "run_path", vec![text("highroad-canary.py")]),
        ("requests", "requests.api", "get", vec![text("highroad-canary")]),
    ];
    for (name, module, function, args) in direct {
        made.push((format!("{name}.pkl"), calls(module, function, &args)));
    }
    for protocol in 0..=5 {
        made.push((format!("popen_p{protocol}.pickle"), call("os", "popen", COMMAND, protocol)));
    }
}

/// Globals that are reached in a roundabout way.
fn indirect(made: &mut Vec<Made>) {
    let p = || Pickle::new(4);
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    let loads = |inner: Vec<u8>| p().named("pickle", "loads").call(&[Arg::Bytes(inner)]).stop();
    // Modules import others: the dots lead from a harmless one to `os`.
    add("dotted_pathlib.pkl", call("pathlib", "os.system", COMMAND, 4));
    add("dotted_random.pkl", call("random", "_os.system", COMMAND, 4));
    add("dotted_torch.pkl", call("torch.serialization", "os.system", COMMAND, 4));
    add("dotted_sys_modules.pkl", p().named("collections", "_sys.modules.get").text("os").call1().stop());
    add(
        "getattr_os.pkl",
        p().named("builtins", "getattr")
            .named("importlib", "import_module")
            .text("os")
            .call1()
            .text("system")
            .raw(b"\x86R")
            .text(COMMAND)
            .call1()
            .stop(),
    );
    add(
        "methodcaller.pkl",
        p().named("operator", "methodcaller")
            .text("system")
            .text(COMMAND)
            .raw(b"\x86R")
            .named("builtins", "__import__")
            .text("os")
            .call1()
            .call1()
            .stop(),
    );
    add(
        "map_list.pkl",
        p().named("builtins", "list").named("builtins", "map").named("os", "system").raw(b"](").text(COMMAND).raw(b"e\x86R").call1().stop(),
    );
    add(
        "starmap.pkl",
        p().named("collections", "deque")
            .named("itertools", "starmap")
            .named("os", "system")
            .raw(b"](")
            .text(COMMAND)
            .raw(b"\x85e\x86R")
            .call1()
            .stop(),
    );
    add(
        "partialmethod.pkl",
        p().named("functools", "partial")
            .call(&[Arg::Code(p_body(|q| q.named("subprocess", "getoutput"))), Arg::Text(COMMAND)])
            .raw(b")R")
            .stop(),
    );
    add("function_type.pkl", p().named("types", "FunctionType").named("types", "CodeType").raw(b")R").raw(b"}\x86R").raw(b")R").stop());
    add("nested_twice.pkl", loads(loads(runs(2))));
    add("dill_loads.pkl", calls("dill", "loads", &[Arg::Bytes(runs(4))]));
    add("joblib_load.pkl", calls("joblib", "load", &[Arg::Text("highroad-canary.pkl")]));
    add("torch_load.pkl", calls("torch.serialization", "load", &[Arg::Text("highroad-canary.pt")]));
    add(
        "setstate.pkl",
        p().named("argparse", "Namespace")
            .raw(b")\x81}")
            .text("__setstate__")
            .named("os", "system")
            .raw(b"sb")
            .text(COMMAND)
            .raw(b"b.")
            .bytes(),
    );
    add("newobj.pkl", p().named("subprocess", "Popen").text(COMMAND).raw(b"\x85\x81").stop());
    add("inst_text.pkl", Pickle::new(0).raw(b"(S'").raw(COMMAND.as_bytes()).raw(b"'\nios\npopen\n").stop());
    add("obj_builtin.pkl", Pickle::new(1).raw(b"(").global("__builtin__", "eval").raw(b"V1+1\no").stop());
    add(
        "memo_long.pkl",
        p().text("system").raw(b"r\x00\x01\x00\x00").raw(b"0").text("posix").raw(b"j\x00\x01\x00\x00\x93").text(COMMAND).call1().stop(),
    );
    add("memo_text.pkl", Pickle::new(0).raw(b"cposix\nsystem\np7\n0g7\n(V").raw(COMMAND.as_bytes()).raw(b"\ntR").stop());
    add("duplicate.pkl", p().named("os", "system").raw(b"20").text(COMMAND).call1().stop());
    add("pop_mark.pkl", p().raw(b"(").text("a").text("b").raw(b"1").named("os", "system").text(COMMAND).call1().stop());
    add("unicode8.pkl", p().raw(b"\x8d\x02\0\0\0\0\0\0\0os").raw(b"\x8d\x06\0\0\0\0\0\0\0system\x93").text(COMMAND).call1().stop());
    add(
        "hidden_in_dict.pkl",
        p().raw(b"}(").text("weights").raw(b"]").text("hook").named("os", "system").text(COMMAND).call1().raw(b"u").stop(),
    );
    add(
        "hidden_behind_big.pkl",
        p().raw(b"B\x00\x00\x10\x00").raw(&vec![0; 0x10_0000]).raw(b"0").named("os", "system").text(COMMAND).call1().stop(),
    );
    add("frame_lies.pkl", p().raw(b"\x95\x05\0\0\0\0\0\0\0").named("os", "system").text(COMMAND).call1().stop());
}

fn p_body(fill: impl Fn(Pickle) -> Pickle) -> Pickle {
    fill(Pickle::default())
}

/// Pickles after, before or inside of something else.
fn streams(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    let clean = || Pickle::new(4).raw(b"}").stop();
    add("third_stream.pkl", [clean(), clean(), runs(4)].concat());
    add("cut_short.pkl", Pickle::new(4).named("os", "system").text(COMMAND).call1().bytes());
    add("bad_opcode_later.pkl", Pickle::new(4).named("os", "popen").text(COMMAND).call1().raw(b"\xfe\xfd\xfc").stop());
    add("garbage_text_later.pkl", Pickle::new(2).global("os", "system").long_text(COMMAND).call1().raw(b"X\xff\xff\xff\x7fno").bytes());
    // The older PyTorch format: a magic number, a version, the system, and then the model.
    let legacy = |model: Vec<u8>| {
        let magic = Pickle::new(2).raw(b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19").stop();
        let version = Pickle::new(2).raw(b"M\xe9\x03").stop();
        let system = Pickle::new(2).raw(b"}").stop();
        [magic, version, system, model, Pickle::new(2).raw(b"]").stop()].concat()
    };
    add("legacy.pth", legacy(runs(2)));
    for name in
        ["checkpoint.ckpt", "pytorch_model.bin", "model.dat", "weights", "model.h5", "optimizer.PKL", "scaler.sav", "a.model", "README.md"]
    {
        add(name, runs(4));
    }
    add("renamed.onnx", runs(2));
    add("renamed.npy", runs(4));
    add("renamed.gguf", torch_zip("archive", runs(2), vec![]));
}

/// Archives that hold a pickle.
fn containers(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    let streamed = |name: &str, data: Vec<u8>, deflated: bool| Member { name: name.to_owned(), data, deflated, streamed: true };
    let packed = |name: &str, data: Vec<u8>| Member { name: name.to_owned(), data, deflated: true, streamed: false };
    add("packed.pt", zip(&[packed("m/data.pkl", runs(2)), packed("m/version", b"3\n".to_vec())]));
    add("streamed.pt", zip(&[streamed("m/data.pkl", runs(2), false), streamed("m/version", b"3\n".to_vec(), false)]));
    add("streamed_packed.pt", zip(&[streamed("m/data.pkl", runs(2), true)]));
    add("deep.pt", zip(&[member("a/b/c/d/data.pkl", runs(2)), member("a/b/c/d/version", b"3\n".to_vec())]));
    add(
        "twice.pt",
        zip(&[member("m/data.pkl", state_dict(2, "FloatStorage")), member("m/data.pkl", runs(2)), member("m/version", b"3\n".to_vec())]),
    );
    add("extra_constant.pt", torch_zip("m", state_dict(2, "FloatStorage"), vec![member("m/constants.pkl", runs(2))]));
    add("extra_odd.pt", torch_zip("m", state_dict(2, "FloatStorage"), vec![member("m/data/notes.txt", runs(4))]));
    add("zip_in_zip.zip", zip(&[member("inner.pt", torch_zip("m", runs(2), vec![]))]));
    add("zip_of_pickles.zip", zip(&[packed("models/a.pkl", runs(4))]));
    let mut cut = torch_zip("m", runs(2), vec![]);
    cut.truncate(cut.len() - 22);
    add("no_directory.pt", cut);
    let mut trailing = torch_zip("m", runs(2), vec![]);
    trailing.extend(b"some words behind the end");
    add("words_behind.pt", trailing);
    let mut method = torch_zip("m", runs(2), vec![]);
    method[8] = 12;
    add("odd_method.pt", method);
    add("prefixed.pt", [b"\x89PNG\r\n\x1a\n".to_vec(), vec![7; 50], torch_zip("m", runs(2), vec![])].concat());
    add("packed.pkl.gz", gzip(&runs(4)));
    add("packed_twice.gz", gzip(&gzip(&runs(2))));
    add("packed.joblib", gzip(&runs(3)));
    add("packed.pkl.z", zlib(&runs(4)));
    add("stored.xz", super::artifact_packed::xz(&runs(4)));
    add("model.tar.gz", gzip(&tar(&[Item::File("export/config.json", b"{}"), Item::File("export/model.pkl", &runs(4))])));
    add("inner_zip.tar", tar(&[Item::File("ranker/model.pt", &torch_zip("m", runs(2), vec![]))]));
    add("traversal.tar", tar(&[Item::File("../../.bashrc", b"echo highroad-canary\n")]));
    add("link.tar", tar(&[Item::Link("model/weights.bin", "/etc/passwd")]));
    let nemo = b"target: nemo.Model\ntrain_ds:\n  _target_: subprocess.run\n  args: [echo, highroad-canary]\n";
    add(
        "hydra.nemo",
        tar(&[
            Item::File("model_config.yaml", nemo),
            Item::File("model_weights.ckpt", &torch_zip("m", state_dict(1, "FloatStorage"), vec![])),
        ]),
    );
    add(
        "weights.nemo",
        tar(&[Item::File("./model_config.yaml", b"name: ok\n"), Item::File("./model_weights.ckpt", &torch_zip("m", runs(2), vec![]))]),
    );
    add("object.npy", npy(2, "'|O'", "(2,)", &runs(4)));
    add("structured.npy", npy(1, "[('a', '<f8'), ('b', '|O')]", "(1,)", &runs(2)));
    add("object.npz", zip(&[packed("x.npy", npy(1, "'<f8'", "(1,)", &[0; 8])), packed("y.npy", npy(1, "'|O'", "(1,)", &runs(3)))]));
    add("array.bin", npy(1, "'|O'", "(1,)", &runs(3)));
}

/// Keras, TensorFlow and ONNX models with code in them.
fn models(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    let code = base64(&[&[0xe3][..], &[0; 90]].concat());
    let lambda = || {
        layer(
            "keras.layers",
            "Lambda",
            json!({"function": {"class_name": "__lambda__", "config": {"code": code, "defaults": null, "closure": null}}}),
        )
    };
    add("lambda_packed.keras", keras(&sequential(&[layer("keras.layers", "Dense", json!({"units": 4})), lambda()]), true, vec![]));
    add("lambda_wrapped.keras", keras(&sequential(&[layer("keras.layers", "TimeDistributed", json!({"layer": lambda()}))]), false, vec![]));
    add("lambda_nested.keras", keras(&sequential(&[sequential(&[sequential(&[lambda()])])]), false, vec![]));
    let old = json!({"class_name": "Functional", "config": {"layers": [{"class_name": "Lambda", "name": "l", "config": {"function_type": "lambda", "function": [code, null, null]}}]}});
    add("lambda_old.keras", keras(&old, false, vec![]));
    let function = |module: &str, name: &str| json!({"module": module, "class_name": "function", "config": name, "registered_name": name});
    add(
        "module_subprocess.keras",
        keras(&sequential(&[layer("keras.layers", "Dense", json!({"activation": function("subprocess", "run")}))]), false, vec![]),
    );
    add("module_builtins.keras", keras(&sequential(&[function("builtins", "exec")]), false, vec![]));
    add("class_os.keras", keras(&sequential(&[layer("os", "_wrap_close", json!({}))]), false, vec![]));
    add(
        "get_file.keras",
        keras(
            &sequential(&[layer("keras.layers", "Dense", json!({"kernel_initializer": function("keras.utils", "get_file")}))]),
            false,
            vec![],
        ),
    );
    add("pickle_inside.keras", keras(&sequential(&[]), false, vec![member("assets/vocabulary.pkl", runs(4))]));
    for (n, operator) in ["PyFunc", "EagerPyFunc", "WriteFile", "ReadFile", "PyFuncStateless"].iter().enumerate() {
        add(&format!("tf{n}/saved_model.pb"), saved_model(&[tf_graph(&["Placeholder", operator], &[])]));
    }
    add("tf_function/saved_model.pb", saved_model(&[tf_graph(&["Placeholder"], &[&["MatMul"], &["Relu", "ReadFile"]])]));
    add("tf_second/saved_model.pb", saved_model(&[tf_graph(&["Placeholder"], &[]), tf_graph(&["WriteFile"], &[])]));
    add("frozen_graph.pb", tf_graph(&["Placeholder", "WriteFile"], &[]));
    let add_node = || node("Add", "", &[]);
    for (n, location) in ["/etc/shadow", "..\\..\\secrets.txt", "weights/../../../id_rsa", "C:\\Windows\\win.ini"].iter().enumerate() {
        add(&format!("outside{n}.onnx"), onnx(&graph(&[add_node()], &[inside("a"), outside("w", location)]), &[""], &[]));
    }
    let branch = graph(&[add_node()], &[outside("w", "../../../etc/passwd")]);
    let attribute = message(&[bytes(1, "then_branch"), bytes(6, &branch)]);
    add("outside_branch.onnx", onnx(&graph(&[node("If", "", &[attribute])], &[]), &[""], &[]));
    add("python_operator.onnx", onnx(&graph(&[add_node(), node("PyOp", "ai.onnx.contrib", &[])], &[]), &["", "ai.onnx.contrib"], &[]));
    add("python_aten.onnx", onnx(&graph(&[node("PythonOp", "com.microsoft", &[])], &[]), &["", "com.microsoft"], &[]));
    for (n, template) in [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% set x = self.__init__.__globals__ %}{{ x.os.popen('echo highroad-canary').read() }}",
        "{{ lipsum.__globals__['os'].popen('echo highroad-canary').read() }}",
        "{% for m in messages %}{{ m.content }}{% endfor %}{{ ()|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
        "{{ namespace.__init__['__globals__']['__builtins__']['eval']('1+1') }}",
        "{{ messages[0]['content']|attr('__cl' ~ 'ass__') }}",
    ]
    .iter()
    .enumerate()
    {
        let values = [("general.architecture", Meta::Text("llama".into())), ("tokenizer.chat_template", Meta::Text((*template).into()))];
        add(&format!("template{n}.gguf"), gguf(&values, 0, &[]));
    }
    let named = [("tokenizer.chat_template.tool_use", Meta::Text("{{ cycler.__init__.__globals__.os.system('x') }}".into()))];
    add("template_named.gguf", gguf(&named, 0, &[]));
}

/// Headers that lie.
fn headers(made: &mut Vec<Made>) {
    let mut add = |name: &str, bytes: Vec<u8>| made.push((name.to_owned(), bytes));
    let architecture = || ("general.architecture", Meta::Text("llama".into()));
    add("tensors_many.gguf", gguf(&[architecture()], u64::MAX / 2, &[]));
    add(
        "text_long.gguf",
        gguf(&[architecture(), ("general.name", Meta::Raw([&8u32.to_le_bytes()[..], &(1u64 << 61).to_le_bytes()].concat()))], 0, &[]),
    );
    add(
        "array_long.gguf",
        gguf(&[("tokens", Meta::Raw([&9u32.to_le_bytes()[..], &4u32.to_le_bytes(), &(1u64 << 60).to_le_bytes()].concat()))], 0, &[]),
    );
    add("size_overflow.gguf", gguf(&[architecture()], 1, &gguf_tensor("w", &[1 << 33, 1 << 33, 1 << 33], 0)));
    add("length.safetensors", safetensors(&header(&[("a", 1, 0, 4)]), 4, Some(u64::MAX)));
    add("overlap.safetensors", safetensors(&header(&[("a", 2, 0, 8), ("b", 2, 4, 12)]), 12, None));
    add("beyond.safetensors", safetensors(&header(&[("a", 1000, 0, 4000)]), 16, None));
    add("backwards.safetensors", safetensors(&header(&[("a", 1, 8, 4)]), 8, None));
    add("size_lies.safetensors", safetensors(&header(&[("a", 1000, 0, 4)]), 4, None));
    add("pickle_behind.safetensors", [safetensors(&header(&[("a", 1, 0, 4)]), 4, None), runs(4)].concat());
}
