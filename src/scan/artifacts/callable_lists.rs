//! The lists behind [`super::callables`]: names of Python's standard library and of packages that models are saved with.
//! After Python's own list of its modules, the sources of those packages, and published work on pickle gadgets.

use std::sync::LazyLock;

use super::callables::Class;

/// Words that are taken apart when they are first needed.
type Words = LazyLock<Vec<&'static str>>;

fn words(text: &'static str) -> Vec<&'static str> {
    text.split_ascii_whitespace().collect()
}

/// Modules of Python's standard library, versions 2.7 to 3.14, sorted: what is not allowed by name runs something.
pub(super) static STANDARD: Words = LazyLock::new(|| {
    words(
        "BaseHTTPServer CGIHTTPServer Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO UserDict UserList \
         UserString __builtin__ __future__ _abc _aix_support _ast _asyncio _bisect _blake2 _bootsubprocess _bz2 _codecs \
         _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc _compat_pickle \
         _compression _contextvars _crypt _csv _ctypes _curses _curses_panel _datetime _dbm _decimal _dummy_thread _elementtree \
         _frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib _heapq _imp _interpreters _io _json _locale \
         _lsprof _lzma _markupbase _md5 _msi _multibytecodec _multiprocessing _opcode _operator _osx_support _overlapped _pickle \
         _posixshmem _posixsubprocess _py_abc _pydecimal _pyio _queue _random _scproxy _sha1 _sha256 _sha3 _sha512 _signal \
         _sitebuiltins _socket _sqlite3 _sre _ssl _stat _statistics _string _strptime _struct _symtable _testcapi _thread \
         _threading_local _tkinter _tokenize _tracemalloc _typing _uuid _warnings _weakref _weakrefset _winapi _winreg \
         _xxsubinterpreters _zoneinfo abc aifc annotationlib antigravity anydbm argparse array ast asynchat asyncio asyncore \
         atexit audioop base64 bdb binascii binhex bisect builtins bz2 cPickle cProfile cStringIO calendar ce cgi cgitb chunk \
         cmath cmd code codecs codeop collections colorsys commands compileall compression concurrent configparser contextlib \
         contextvars cookielib copy copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbhash dbm decimal difflib dis \
         distutils dl doctest dummy_thread dummy_threading email encodings ensurepip enum errno exceptions faulthandler fcntl \
         filecmp fileinput fnmatch formatter fractions ftplib functools gc gdbm genericpath getopt getpass gettext glob graphlib \
         grp gzip hashlib heapq hmac html htmlentitydefs http httplib idlelib imaplib imghdr imp importlib inspect io ipaddress \
         itertools json keyword lib2to3 linecache locale logging lzma macpath mailbox mailcap marshal math md5 mimetypes mmap \
         modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os \
         os2 ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib popen2 poplib posix posixfile \
         posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline \
         reprlib resource rexec rlcompleter robotparser runpy sched secrets select selectors sets sha shelve shlex shutil signal \
         site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics \
         string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile \
         termios test textwrap this thread threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty \
         turtle turtledemo types typing unicodedata unittest urllib urllib2 urlparse user uu uuid venv warnings wave weakref \
         webbrowser whichdb winreg winsound wsgiref xdrlib xml xmlrpc xmlrpclib zipapp zipfile zipimport zlib zoneinfo",
    )
});

/// Modules of the standard library in which everything is harmless.
pub(super) static HARMLESS_STANDARD: Words = LazyLock::new(|| words("__future__ numbers abc"));

/// Packages whose classes are restored by pickles of real models.
pub(super) static FAMILIES: Words = LazyLock::new(|| {
    words(
        "PIL TTS accelerate albumentations allennlp annoy antlr4 apex arviz ase astropy attr attrs autogluon bark bertopic \
         bidict bitsandbytes blis bokeh botorch catboost category_encoders causalml chemprop chex clip coreforecast cudf cuml \
         cupy cv2 cymem cytoolz daal4py darts dask_ml datasets dateutil deap dedupe deepchem deepspeed detectron2 dgl diffusers \
         doubleml e3nn easyocr econml einops eli5 emcee espnet evaluate fairseq fairseq2 faiss fastai fastcore fastprogress \
         fasttext feature_engine flair flax frozendict gensim geopandas gluonnlp gluonts gpflow gplearn gpytorch gym gymnasium \
         h2o h5py habana_frameworks haiku hdbscan hmmlearn hnswlib hyperopt imageio imblearn immutables imodels implicit \
         intel_extension_for_pytorch interpret intervaltree jax jaxlib joblib kaldi karateclub keras keras_core \
         keras_preprocessing keybert kmodes kornia lasagne librosa lifelines lightfm lightgbm lightning lightning_utilities lime \
         matplotlib megatron miceforest minisom ml_dtypes mlxtend mmcls mmcv mmdet mmengine mmpretrain mmseg monai multidict \
         murmurhash mxnet nemo networkx neuralforecast ngboost nltk node2vec numpy omegaconf onnx onnxmltools open_clip optax \
         optuna packaging paddle paddlenlp paddleocr pandas patsy peft pennylane pgmpy plotly pmdarima polars pomegranate \
         preshed prophet pyarrow pycaret pycrfsuite pydantic pydantic_core pygam pymatgen pymc pynndescent pyod pyproj pyro \
         pytorch_lightning pytorch_tabnet pytz pywt qiskit quantile_forest rdkit regex river rmm rouge_score rtdl rulefit \
         sacrebleu sacremoses safetensors scikitplot scipy seaborn segmentation_models_pytorch sentence_transformers \
         sentencepiece shap shapely skimage skl2onnx sklearn sklearn_crfsuite sklearn_pandas sklearnex sklego skopt skorch \
         sktime sortedcontainers soundfile spacy speechbrain srsly stable_baselines3 stanza statsforecast statsmodels surprise \
         tabnet tabpfn tensorflow tensorflow_probability tensorly textblob tf_keras theano thinc tiktoken timm tokenizers toolz \
         torch torch_geometric torch_npu torch_scatter torch_sparse torchaudio torchdiffeq torchmetrics torchtext torchvision \
         tpot transformers treeinterpreter trl tsfresh tslearn tzlocal ultralytics umap unsloth utilsforecast vllm whisper wrapt \
         xformers xgboost yarl yellowbrick",
    )
});

/// Modules of those packages in which everything only computes: distributions, splines, matrices.
pub(super) static HARMLESS_MODULES: Words = LazyLock::new(|| {
    words(
        "scipy.stats. scipy.interpolate. scipy.spatial. scipy.sparse. scipy.special. scipy.signal. scipy.linalg. scipy.fft. \
         numpy.random. numpy.polynomial. pandas._libs. pandas.core.indexes. pandas.core.arrays. sklearn.metrics. \
         torch.nn.functional. torch.nn.init. torch.optim. keras.src.activations. keras.activations.",
    )
});

/// Beginnings of the names of functions that packages restore their objects with.
pub(super) static ALLOWED_FUNCTION_PARTS: Words = LazyLock::new(|| {
    words(
        "_rebuild _reconstruct _unpickle __pyx_unpickle _new_ new_block newObj _restore _from_ unpickle_ _pickle_ _mareconstruct \
         _frombuffer __setstate _make_instance _build_ _create_",
    )
});

/// Parts of names of classes that run or fetch something.
pub(super) static CLASS_TRAPS: Words = LazyLock::new(|| {
    words(
        "Popen Subprocess Interpreter REPL Shell Importer CommandLine ScriptRunner CodeExecut BashProcess PythonTool Terminal \
         Daemon Downloader",
    )
});

/// Words in the names of functions that run, load, open or fetch something.
pub(super) static DANGEROUS_WORDS: Words = LazyLock::new(|| {
    words(
        "system popen exec execute eval run runs shell command cmd spawn fork subprocess popen2 compile import importer load \
         loads loader open read write save dump unlink remove delete rmtree chmod chown rename mkdir download urlopen \
         urlretrieve request requests fetch socket connect bind listen send recv exfil inject payload pwn backdoor script \
         execfile execve execv runcode runsource runstring interact install hub getattr setattr delattr globals locals invoke \
         code bash powershell exploit evil malicious rce pretrained url remote",
    )
});

/// Modules, packages and callables that run code, open files or sockets, or resolve names.
pub(super) static DANGEROUS_PREFIXES: Words = LazyLock::new(|| {
    words(
        "torch.load torch.hub torch.jit.load torch.package torch.utils.cpp_extension torch.utils.collect_env \
         torch.utils.bottleneck torch.utils._config_module torch.utils.data.datapipes.utils torch._dynamo torch._inductor \
         torch._export torch.testing torch.ops torch.classes torch.distributed.rpc torch.multiprocessing \
         torch.jit.unsupported_tensor_ops torch.fx.experimental torch.fx.graph_module torch.fx.node torch.serialization.load \
         torch.serialization.save torch.save torch.from_file torch.distributed.launch torch.distributed.run \
         torch.utils.show_pickle torch.utils.model_dump torch.utils.tensorboard torch.profiler torch.cuda.memory torch.onnx \
         torch.utils.model_zoo torch.utils.file_baton torch.UntypedStorage.from_file torch.FloatStorage.from_file \
         torch.jit.frontend torch.jit._script torch.compile torch.utils.checkpoint torch.utils.hipify torch.utils.benchmark \
         torch._C.import_ir_module torch._C._jit numpy.testing numpy.f2py numpy.distutils numpy.ctypeslib numpy.load numpy.loads \
         numpy.save numpy.savez numpy.savez_compressed numpy.savetxt numpy.loadtxt numpy.genfromtxt numpy.fromfile \
         numpy.fromregex numpy.memmap numpy.DataSource numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.format \
         numpy.lib._datasource numpy.core.memmap numpy._core.memmap numpy.ndarray.tofile numpy.lib.utils numpy.compat \
         numpy._pytesttester numpy.testing.runstring numpy.safe_eval numpy.core.multiarray.fromfile \
         numpy._core.multiarray.fromfile numpy.vectorize numpy.fromfunction numpy.apply_along_axis numpy.apply_over_axes \
         numpy.frompyfunc numpy.source numpy.show_config scipy.io scipy.weave scipy.misc scipy._lib._testutils \
         scipy.LowLevelCallable scipy.datasets scipy._build_utils pandas.read_pickle pandas.eval pandas.io \
         pandas.core.computation pandas.read_csv pandas.read_html pandas.read_json pandas.read_sql pandas.HDFStore \
         pandas.ExcelFile pandas.ExcelWriter pandas.testing pandas.util pandas._testing pandas.compat.pickle_compat \
         pandas.core.config_init pandas._config sklearn.datasets sklearn.utils._testing sklearn.utils.fixes \
         sklearn.utils._show_versions sklearn.externals._packaging joblib.load joblib.dump joblib.numpy_pickle.load \
         joblib.numpy_pickle.dump joblib.numpy_pickle_utils joblib.externals joblib.memory joblib.func_inspect joblib.parallel \
         joblib.pool joblib._multiprocessing_helpers joblib.Parallel joblib.delayed joblib.hashing joblib.executor joblib.disk \
         tensorflow.io tensorflow.py_function tensorflow.numpy_function tensorflow.load_library tensorflow.load_op_library \
         tensorflow.saved_model tensorflow.keras.models tensorflow.keras.utils tensorflow.python.platform \
         tensorflow.python.lib.io tensorflow.python.framework.load_library tensorflow.python.ops.script_ops \
         tensorflow.python.saved_model tensorflow.python.keras.utils tensorflow.python.client tensorflow.python.debug \
         tensorflow.python.tools tensorflow.compat tensorflow.raw_ops tensorflow.train tensorflow.summary keras.models \
         keras.saving keras.utils keras.src.utils keras.src.saving.saving_lib keras.src.saving.saving_api \
         keras.src.saving.legacy keras.config keras.src.legacy.saving keras.src.backend.common.global_state \
         keras.saving.load_model tf_keras.models tf_keras.saving tf_keras.utils tf_keras.src.utils tf_keras.src.saving \
         keras.engine.saving keras.layers.Lambda keras.src.layers.core.lambda_layer keras.layers.core.lambda_layer \
         keras.src.utils.file_utils transformers.pipeline transformers.pipelines transformers.agents transformers.tools \
         transformers.dynamic_module_utils transformers.utils.hub transformers.utils.import_utils transformers.commands \
         transformers.testing_utils transformers.onnx transformers.convert_slow_tokenizer transformers.integrations \
         transformers.utils.generic transformers.file_utils datasets.load_dataset datasets.load datasets.utils datasets.download \
         datasets.load_from_disk huggingface_hub lightning.fabric.utilities.cloud_io lightning.pytorch.utilities.parsing \
         lightning.pytorch.cli lightning.app lightning_fabric pytorch_lightning.utilities.cloud_io pytorch_lightning.cli fsspec \
         hydra omegaconf.OmegaConf.load omegaconf.resolvers dill cloudpickle jsonpickle jsonpickle.unpickler yaml ruamel marshal \
         pip setuptools pkg_resources wheel virtualenv _distutils_hack conda poetry twine IPython ipykernel jupyter_client \
         jupyter_core notebook nbconvert nbformat traitlets ipywidgets papermill requests httpx aiohttp urllib3 httplib2 pycurl \
         websocket websockets paramiko fabric invoke sh plumbum pexpect ptyprocess psutil docker kubernetes boto3 botocore s3fs \
         gcsfs smart_open pyftpdlib scapy impacket ansible salt celery rq kombu billiard dask distributed ray mpi4py gevent \
         greenlet eventlet tornado twisted flask django bottle fastapi starlette uvicorn gunicorn werkzeug jinja2 mako chameleon \
         genshi cheetah markupsafe pyparsing sympy numexpr numba cffi pycparser cython pyximport pybind11 pythran weave llvmlite \
         _cffi_backend win32api win32com pywintypes pythoncom comtypes appscript objc Foundation AppKit langchain langchain_core \
         langchain_community langchain_experimental llama_index autogen crewai smolagents mlflow wandb comet_ml neptune bentoml \
         gradio streamlit pytest nose nose2 _pytest py mock coverage hypothesis tox unittest2 doctest lxml bs4 selenium \
         playwright git gitdb dulwich hglib peewee sqlalchemy psycopg2 pymysql MySQLdb pymongo redis h5py.File tables zarr \
         skops.io skops.cli onnx.load onnxruntime onnx.external_data_helper onnx.utils onnx.hub PIL.ImageShow PIL.ImageMath \
         PIL.ImageGrab PIL.EpsImagePlugin PIL._util matplotlib.testing matplotlib.animation matplotlib.cbook matplotlib.style \
         matplotlib.texmanager matplotlib.sphinxext matplotlib.pyplot.switch_backend cv2.imwrite cv2.imread nltk.internals \
         nltk.data nltk.downloader nltk.app nltk.parse.malt nltk.tag.stanford nltk.corpus.util gensim.utils.unpickle \
         gensim.downloader gensim.models.wrappers spacy.cli spacy.util spacy.load thinc.util srsly catalogue \
         networkx.read_gpickle statsmodels.datasets statsmodels.iolib.smpickle xgboost.testing xgboost.rabit xgboost.tracker \
         xgboost.dask lightgbm.dask catboost.utils catboost.eval catboost.datasets catboost.widget optuna.storages optuna.cli \
         timm.models.hub timm.models.load_checkpoint ultralytics.utils ultralytics.hub ultralytics.YOLO fairseq.file_utils \
         fairseq.checkpoint_utils mmcv mmengine.config mmengine.fileio detectron2.config detectron2.utils detectron2.checkpoint \
         open_clip.load diffusers.utils accelerate.utils accelerate.commands deepspeed.launcher deepspeed.utils \
         deepspeed.ops.op_builder peft.utils nemo.utils polars.read_ pyarrow.fs pyarrow.parquet pyarrow.lib.open \
         torchvision.datasets torchvision.io torchaudio.load torchaudio.backend torchtext.datasets torchtext.utils fire click \
         typer tqdm.auto absl cloudpathlib aim joblibspark shap.utils tokenizers.tools kornia.io segment_anything.build \
         insightface stable_baselines3.common.save_util gym.envs gymnasium.envs",
    )
});

/// Callables that are known one by one: a module, what they are, and their names.
pub(super) static ALLOWED: &[(&str, Class, &str)] = &[
    ("StringIO", Class::Safe, "StringIO"),
    ("UserDict", Class::Safe, "UserDict"),
    ("_codecs", Class::Safe, "encode"),
    ("_collections", Class::Safe, "Counter OrderedDict defaultdict deque"),
    ("_datetime", Class::Safe, "date datetime time timedelta timezone"),
    ("_decimal", Class::Safe, "Context Decimal"),
    ("_functools", Class::Wrapper, "partial reduce"),
    ("_io", Class::Safe, "BytesIO StringIO"),
    ("_operator", Class::Attribute, "attrgetter methodcaller"),
    ("_operator", Class::Safe, "add and_ eq ge getitem gt itemgetter le lt mul ne or_ sub truediv"),
    ("_pickle", Class::Safe, "PickleBuffer"),
    ("_random", Class::Safe, "Random"),
    ("argparse", Class::Safe, "Namespace"),
    ("array", Class::Safe, "_array_reconstructor array"),
    ("builtins", Class::Attribute, "getattr"),
    (
        "builtins",
        Class::Safe,
        "BaseException Ellipsis None NotImplemented abs all any ascii basestring bin bool buffer bytearray bytes \
         callable chr classmethod complex dict divmod enumerate float format frozenset hash hex id int isinstance \
         issubclass iter len list long max memoryview min object oct ord pow property range repr reversed round set \
         slice sorted staticmethod str sum tuple type unicode xrange zip",
    ),
    ("builtins", Class::Wrapper, "filter map"),
    ("builtins.bytes", Class::Safe, "fromhex"),
    ("builtins.dict", Class::Safe, "fromkeys"),
    ("builtins.float", Class::Safe, "fromhex"),
    ("builtins.int", Class::Safe, "from_bytes"),
    ("builtins.str", Class::Safe, "lower split strip upper"),
    ("cStringIO", Class::Safe, "StringIO"),
    ("codecs", Class::Safe, "encode"),
    ("collections", Class::Safe, "ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque"),
    ("collections.abc", Class::Safe, "Callable Hashable Iterable Mapping MutableMapping Sequence Set"),
    ("copy", Class::Safe, "copy deepcopy"),
    ("copyreg", Class::Maker, "__newobj__ __newobj_ex__ _reconstructor"),
    ("dataclasses", Class::Safe, "Field MISSING _FIELD _HAS_DEFAULT_FACTORY _MISSING_TYPE"),
    ("datetime", Class::Safe, "date datetime time timedelta timezone tzinfo"),
    ("dateutil.tz", Class::Safe, "tzlocal tzoffset tzutc"),
    ("dateutil.tz.tz", Class::Safe, "tzfile tzlocal tzoffset tzutc"),
    ("decimal", Class::Safe, "Context Decimal"),
    ("email.message", Class::Safe, "Message"),
    ("dill._dill", Class::Wrapper, "_create_array _load_type"),
    ("enum", Class::Safe, "Enum Flag IntEnum IntFlag auto"),
    ("fractions", Class::Safe, "Fraction"),
    ("functools", Class::Wrapper, "partial partialmethod reduce"),
    ("http", Class::Safe, "HTTPStatus"),
    ("io", Class::Safe, "BytesIO StringIO"),
    ("ipaddress", Class::Safe, "IPv4Address IPv4Network IPv6Address IPv6Network"),
    ("itertools", Class::Safe, "accumulate chain combinations count cycle islice permutations product repeat zip_longest"),
    ("joblib.numpy_pickle", Class::Safe, "NDArrayWrapper NumpyArrayWrapper ZNDArrayWrapper"),
    ("joblib.numpy_pickle_compat", Class::Safe, "NDArrayWrapper ZNDArrayWrapper"),
    ("keras.src.saving.saving_lib", Class::Danger, "load_model"),
    ("logging", Class::Safe, "Logger getLogger"),
    ("math", Class::Safe, "ceil cos exp fabs floor inf isnan log log10 log2 nan pow sin sqrt tan tanh"),
    ("nltk.probability", Class::Safe, "ConditionalFreqDist FreqDist"),
    (
        "numpy",
        Class::Safe,
        "abs argmax argmin array asarray bool bool_ byte bytes_ character clongdouble complex128 complex64 complex_ cos \
         datetime64 double dtype exp expm1 flexible float128 float16 float32 float64 float_ floating generic half \
         inexact inf int16 int32 int64 int8 int_ intc integer intp isnan log log1p long longdouble longlong matrix max \
         mean median min nan ndarray newaxis number object_ poly1d recarray record short sin single sqrt square std \
         str_ string_ sum timedelta64 ubyte uint16 uint32 uint64 uint8 uintc uintp ulong ulonglong unicode_ ushort void",
    ),
    ("numpy._core", Class::Safe, "_DType_reconstruct _ufunc_reconstruct"),
    ("numpy._core._internal", Class::Safe, "_convert_to_stringdtype_kwargs"),
    ("numpy._core.fromnumeric", Class::Safe, "amax amin mean median prod std sum var"),
    ("numpy._core.multiarray", Class::Safe, "_frombuffer _reconstruct scalar"),
    ("numpy._core.numeric", Class::Safe, "_frombuffer"),
    ("numpy._core.records", Class::Safe, "fromrecords recarray record"),
    ("numpy.core", Class::Safe, "_DType_reconstruct _ufunc_reconstruct"),
    ("numpy.core._internal", Class::Safe, "_convert_to_stringdtype_kwargs"),
    ("numpy.core.fromnumeric", Class::Safe, "amax amin mean median prod std sum var"),
    ("numpy.core.multiarray", Class::Safe, "_frombuffer _reconstruct scalar"),
    ("numpy.core.numeric", Class::Safe, "_frombuffer"),
    ("numpy.core.records", Class::Safe, "fromrecords recarray record"),
    ("numpy.ma.core", Class::Safe, "MaskedArray _mareconstruct"),
    ("numpy.matrixlib", Class::Safe, "matrix"),
    ("numpy.matrixlib.defmatrix", Class::Safe, "matrix"),
    ("numpy.random", Class::Safe, "__RandomState_ctor"),
    ("numpy.random._pickle", Class::Safe, "__bit_generator_ctor __generator_ctor __randomstate_ctor"),
    ("numpy.random.bit_generator", Class::Safe, "__pyx_unpickle_SeedSequence"),
    ("numpy.random.mtrand", Class::Safe, "RandomState __randomstate_ctor"),
    ("numpy.rec", Class::Safe, "recarray record"),
    ("operator", Class::Attribute, "attrgetter methodcaller"),
    (
        "operator",
        Class::Safe,
        "abs add and_ concat contains eq floordiv ge getitem gt index inv is_ itemgetter le lt matmul mod mul ne neg \
         not_ or_ pos pow sub truediv truth xor",
    ),
    ("pandas", Class::Safe, "Categorical DataFrame Index Interval MultiIndex NA NaT Period RangeIndex Series Timedelta Timestamp"),
    ("pathlib", Class::Safe, "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath"),
    ("pathlib._local", Class::Safe, "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath"),
    ("pickle", Class::Safe, "PickleBuffer"),
    ("pytz", Class::Safe, "FixedOffset UTC _FixedOffset _UTC _p timezone utc"),
    ("pytz.tzinfo", Class::Safe, "DstTzInfo StaticTzInfo"),
    ("queue", Class::Safe, "Empty Full Queue"),
    ("random", Class::Safe, "Random"),
    ("re", Class::Safe, "Pattern RegexFlag _compile"),
    ("re._constants", Class::Safe, "_NamedIntConstant"),
    (
        "scipy.sparse",
        Class::Safe,
        "bsr_matrix coo_array coo_matrix csc_array csc_matrix csr_array csr_matrix dia_matrix dok_matrix lil_matrix",
    ),
    ("scipy.sparse._bsr", Class::Safe, "bsr_array bsr_matrix"),
    ("scipy.sparse._coo", Class::Safe, "coo_array coo_matrix"),
    ("scipy.sparse._csc", Class::Safe, "csc_array csc_matrix"),
    ("scipy.sparse._csr", Class::Safe, "csr_array csr_matrix"),
    ("scipy.sparse._dia", Class::Safe, "dia_array dia_matrix"),
    ("scipy.sparse._dok", Class::Safe, "dok_array dok_matrix"),
    ("scipy.sparse._lil", Class::Safe, "lil_array lil_matrix"),
    ("scipy.sparse.bsr", Class::Safe, "bsr_array bsr_matrix"),
    ("scipy.sparse.coo", Class::Safe, "coo_array coo_matrix"),
    ("scipy.sparse.csc", Class::Safe, "csc_array csc_matrix"),
    ("scipy.sparse.csr", Class::Safe, "csr_array csr_matrix"),
    ("scipy.sparse.dia", Class::Safe, "dia_array dia_matrix"),
    ("scipy.sparse.dok", Class::Safe, "dok_array dok_matrix"),
    ("scipy.sparse.lil", Class::Safe, "lil_array lil_matrix"),
    ("signal", Class::Safe, "Signals"),
    ("sklearn.externals.joblib.numpy_pickle", Class::Safe, "NDArrayWrapper NumpyArrayWrapper ZNDArrayWrapper"),
    ("spacy.tokens.doc", Class::Safe, "unpickle_doc"),
    ("spacy.vocab", Class::Safe, "unpickle_vocab"),
    ("statistics", Class::Safe, "NormalDist mean median"),
    ("string", Class::Safe, "Formatter Template ascii_letters"),
    ("time", Class::Safe, "struct_time"),
    (
        "torch",
        Class::Safe,
        "Generator Size Tensor bfloat16 bool cfloat channels_last complex128 complex64 contiguous_format device double \
         dtype float float16 float32 float64 float8_e4m3fn float8_e5m2 half int int16 int32 int64 int8 long \
         per_channel_affine per_tensor_affine preserve_format qint32 qint8 quint8 relu short sigmoid softmax sparse_coo \
         strided tanh tensor uint8",
    ),
    ("torch._C", Class::Safe, "Generator"),
    ("torch._C._nn", Class::Safe, "gelu"),
    ("torch._tensor", Class::Safe, "_rebuild_from_type _rebuild_from_type_v2"),
    (
        "torch._utils",
        Class::Safe,
        "_rebuild_device_tensor_from_cpu_tensor _rebuild_device_tensor_from_numpy _rebuild_meta_tensor_no_storage \
         _rebuild_mlc_tensor _rebuild_nested_tensor _rebuild_ort_tensor _rebuild_parameter \
         _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_csr_tensor _rebuild_sparse_tensor \
         _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_wrapper_subclass _rebuild_xla_tensor",
    ),
    ("torch.distributed.fsdp.fully_sharded_data_parallel", Class::Safe, "StateDictType"),
    (
        "torch.jit._pickle",
        Class::Safe,
        "build_boollist build_doublelist build_intlist build_tensor_from_id build_tensorlist restore_type_tag",
    ),
    (
        "torch.nn.functional",
        Class::Safe,
        "cross_entropy elu gelu hardswish leaky_relu log_softmax mish mse_loss relu relu6 sigmoid silu softmax tanh",
    ),
    ("torch.nn.parameter", Class::Safe, "Buffer Parameter UninitializedParameter _ParameterMeta"),
    ("torch.optim.lr_scheduler", Class::Safe, "LambdaLR"),
    ("torch.serialization", Class::Safe, "_get_layout"),
    ("torch.storage", Class::Safe, "TypedStorage UntypedStorage _load_from_bytes"),
    ("types", Class::Safe, "GenericAlias MappingProxyType NoneType SimpleNamespace"),
    ("typing", Class::Safe, "Any Callable Dict List Literal NamedTuple Optional Tuple TypeVar Union _GenericAlias"),
    ("urllib.parse", Class::Safe, "ParseResult SplitResult"),
    ("uuid", Class::Safe, "SafeUUID UUID"),
    ("weakref", Class::Safe, "WeakKeyDictionary WeakSet WeakValueDictionary"),
    ("xgboost.core", Class::Safe, "Booster DMatrix"),
    ("xml.etree.ElementTree", Class::Safe, "Element"),
    ("zoneinfo", Class::Safe, "ZoneInfo"),
    ("zoneinfo.ZoneInfo", Class::Safe, "_unpickle"),
];
