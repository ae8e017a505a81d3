//! Python that can hurt: each snippet with the guardrail that has to speak, on the line marked `>>`.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

/// The guardrails that would be right, parted by `|`, and the snippet.
pub type Risky = (&'static str, &'static str);

const LOAD: &str = "unsafe-deserialization";
const TRUST: &str = "trust-remote-code";
const HUB: &str = "unpinned-hub-revision";
/// A repository of the hub whose own code runs: either name is right.
const HUB_CODE: &str = "trust-remote-code|unpinned-hub-revision";
const TLS: &str = "tls-verification-off";
const EXEC: &str = "model-output-execution";
const SHELL: &str = "shell-from-model-output";
const REMOTE: &str = "remote-script-execution";

/// Loads that run what a file says.
pub const LOADS: &[Risky] = &[
    (LOAD, "import torch\n>>state = torch.load(\"model.pt\")\n"),
    (LOAD, "import torch\n>>state = torch.load(path, map_location=\"cpu\")\n"),
    (LOAD, "import torch\n>>state = torch.load(path, weights_only=False)\n"),
    (LOAD, "import torch as t\n>>state = t.load(path, map_location=t.device(\"cpu\"))\n"),
    (LOAD, "from torch import load\n>>state = load(path)\n"),
    (LOAD, "from torch import load as torch_load\n>>state = torch_load(path, weights_only=False)\n"),
    (
        LOAD,
        "import torch\n\n\nclass Net(torch.nn.Module):\n    def restore(self, path):\n>>        self.load_state_dict(torch.load(path)[\"state_dict\"])\n",
    ),
    (LOAD, "import torch\n>>state = torch.load(\n    path,\n    map_location=\"cpu\",\n    weights_only=False,\n)\n"),
    (LOAD, "import torch\nwith open(path, \"rb\") as f:\n>>    state = torch.load(f)\n"),
    (LOAD, "import torch\n>>state = getattr(torch, \"load\")(path)\n"),
    (LOAD, "import torch\nload = torch.load\n>>state = load(path)\n"),
    (
        LOAD,
        "import torch\nfrom functools import partial\n>>read = partial(torch.load, map_location=\"cpu\", weights_only=False)\nstate = read(path)\n",
    ),
    (LOAD, "import pickle\n>>model = pickle.load(open(\"model.pkl\", \"rb\"))\n"),
    (LOAD, "import pickle\nwith open(path, \"rb\") as f:\n>>    model = pickle.load(f)\n"),
    (LOAD, "import pickle\n>>model = pickle.loads(request.data)\n"),
    (LOAD, "import pickle as pkl\n>>model = pkl.loads(blob)\n"),
    (LOAD, "from pickle import load\n>>model = load(stream)\n"),
    (LOAD, "from pickle import loads as read\n>>model = read(blob)\n"),
    (LOAD, "import pickle\n>>model = pickle.Unpickler(stream).load()\n"),
    (LOAD, "from pickle import Unpickler\n>>reader = Unpickler(stream)\nmodel = reader.load()\n"),
    (LOAD, "import _pickle\n>>model = _pickle.loads(blob)\n"),
    (LOAD, "import cPickle\n>>model = cPickle.load(stream)\n"),
    (LOAD, "import six.moves.cPickle as pickle\n>>model = pickle.load(stream)\n"),
    (LOAD, "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\n>>model = pickle.load(stream)\n"),
    (LOAD, "import importlib\np = importlib.import_module(\"pickle\")\n>>model = p.loads(blob)\n"),
    (LOAD, ">>model = __import__(\"pickle\").loads(blob)\n"),
    (LOAD, "import pickle\n>>models = [pickle.loads(blob) for blob in blobs]\n"),
    (LOAD, "import pickle\n>>models = list(map(pickle.loads, blobs))\n"),
    (LOAD, "import joblib\n>>model = joblib.load(\"model.joblib\")\n"),
    (LOAD, "from joblib import load\n>>model = load(path)\n"),
    (LOAD, "from sklearn.externals import joblib\n>>model = joblib.load(path)\n"),
    (LOAD, "import dill\n>>model = dill.load(open(path, \"rb\"))\n"),
    (LOAD, "import dill\n>>dill.load_session(path)\n"),
    (LOAD, "import cloudpickle\n>>model = cloudpickle.load(stream)\n"),
    (LOAD, "from cloudpickle import loads\n>>model = loads(blob)\n"),
    (LOAD, "import pandas as pd\n>>frame = pd.read_pickle(\"frame.pkl\")\n"),
    (LOAD, "from pandas import read_pickle\n>>frame = read_pickle(path)\n"),
    (LOAD, "import shelve\n>>cache = shelve.open(\"cache\")\n"),
    (LOAD, "import shelve\n>>with shelve.open(path) as cache:\n    print(cache[\"a\"])\n"),
    (LOAD, "import marshal\n>>code = marshal.loads(blob)\n"),
    (LOAD, "import marshal\n>>code = marshal.load(stream)\n"),
    (LOAD, "import jsonpickle\n>>thing = jsonpickle.decode(text)\n"),
    (LOAD, "import yaml\n>>settings = yaml.load(stream, Loader=yaml.Loader)\n"),
    (LOAD, "import yaml\n>>settings = yaml.load(stream, Loader=yaml.UnsafeLoader)\n"),
    (LOAD, "import yaml\n>>settings = yaml.unsafe_load(stream)\n"),
    (LOAD, "import yaml\n>>settings = yaml.load(open(\"config.yaml\"))\n"),
    (LOAD, "from yaml import load, Loader\n>>settings = load(stream, Loader=Loader)\n"),
    (LOAD, "import yaml\n>>settings = yaml.load_all(stream, Loader=yaml.UnsafeLoader)\n"),
    (LOAD, "import numpy as np\n>>a = np.load(\"a.npy\", allow_pickle=True)\n"),
    (LOAD, "import numpy\n>>a = numpy.load(path, allow_pickle=True, encoding=\"latin1\").item()\n"),
    (LOAD, "from numpy import load\n>>a = load(path, allow_pickle=True)\n"),
    (LOAD, "import keras\n>>model = keras.models.load_model(path, safe_mode=False)\n"),
    (LOAD, "from tensorflow.keras.models import load_model\n>>model = load_model(path, safe_mode=False)\n"),
    (LOAD, "import tensorflow as tf\n>>model = tf.keras.models.load_model(\"m.keras\", safe_mode=False)\n"),
    (LOAD, "import keras\n>>keras.config.enable_unsafe_deserialization()\nmodel = keras.saving.load_model(path)\n"),
    (LOAD, "import mlflow\n>>model = mlflow.pyfunc.load_model(\"models:/ranker/3\")\n"),
    (LOAD, "import mlflow.sklearn\n>>model = mlflow.sklearn.load_model(uri)\n"),
    (LOAD, "import skops.io as sio\n>>model = sio.load(path, trusted=sio.get_untrusted_types(file=path))\n"),
    (
        LOAD,
        "from langchain_community.vectorstores import FAISS\n>>store = FAISS.load_local(\"index\", embeddings, allow_dangerous_deserialization=True)\n",
    ),
    (LOAD, "import torch\n>>model = torch.load(path, pickle_module=dill)\n"),
    (LOAD, "import pytorch_lightning as pl\nimport torch\n>>checkpoint = torch.load(path, map_location=lambda storage, loc: storage)\n"),
];

/// Code and weights that come from elsewhere.
pub const HUBS: &[Risky] = &[
    (TRUST, "from transformers import AutoModel\n>>model = AutoModel.from_pretrained(\"acme/ranker\", trust_remote_code=True)\n"),
    (
        TRUST,
        "from transformers import AutoTokenizer\n>>t = AutoTokenizer.from_pretrained(\"acme/ranker\", revision=\"0123456789abcdef0123456789abcdef01234567\", trust_remote_code=True)\n",
    ),
    (TRUST, "from transformers import pipeline\n>>p = pipeline(\"text-generation\", model=\"acme/ranker\", trust_remote_code=True)\n"),
    (TRUST, "from datasets import load_dataset\n>>d = load_dataset(\"acme/rows\", trust_remote_code=True)\n"),
    (TRUST, "from sentence_transformers import SentenceTransformer\n>>m = SentenceTransformer(\"acme/embed\", trust_remote_code=True)\n"),
    (TRUST, "from vllm import LLM\n>>llm = LLM(model=\"acme/ranker\", trust_remote_code=True)\n"),
    (TRUST, "from transformers import AutoConfig\nc = AutoConfig.from_pretrained(\n    name,\n>>    trust_remote_code=True,\n)\n"),
    (
        TRUST,
        "import transformers\n>>options = {\"trust_remote_code\": True}\nm = transformers.AutoModel.from_pretrained(name, **options)\n",
    ),
    (TRUST, "from transformers import AutoModel\n>>model = AutoModel.from_pretrained(name, **dict(trust_remote_code=True))\n"),
    (HUB_CODE, "import torch\n>>model = torch.hub.load(\"acme/vision\", \"resnet50\", pretrained=True)\n"),
    (HUB_CODE, "import torch\n>>model = torch.hub.load(\"acme/vision:main\", \"resnet50\", trust_repo=True)\n"),
    (HUB, "from transformers import AutoModel\n>>model = AutoModel.from_pretrained(\"acme/ranker\")\n"),
    (
        HUB,
        "from transformers import AutoModelForCausalLM\n>>model = AutoModelForCausalLM.from_pretrained(\"acme/ranker\", torch_dtype=\"auto\")\n",
    ),
    (HUB, "from transformers import BertTokenizer\n>>t = BertTokenizer.from_pretrained(\"bert-base-uncased\")\n"),
    (HUB, "import transformers\n>>t = transformers.AutoTokenizer.from_pretrained(\"acme/ranker\", revision=\"main\")\n"),
    (HUB, "from transformers import AutoModel\n>>m = AutoModel.from_pretrained(\"acme/ranker\", revision=\"v1.0\")\n"),
    (HUB, "from datasets import load_dataset\n>>rows = load_dataset(\"acme/rows\", split=\"train\")\n"),
    (HUB, "from huggingface_hub import hf_hub_download\n>>path = hf_hub_download(\"acme/ranker\", \"model.safetensors\")\n"),
    (
        HUB,
        "from huggingface_hub import hf_hub_download\n>>path = hf_hub_download(repo_id=\"acme/ranker\", filename=\"m.safetensors\", revision=\"main\")\n",
    ),
    (HUB, "from huggingface_hub import snapshot_download\n>>folder = snapshot_download(\"acme/ranker\")\n"),
    (HUB, "from transformers import pipeline\n>>p = pipeline(\"summarization\", model=\"acme/short\")\n"),
    (HUB, "from diffusers import StableDiffusionPipeline\n>>p = StableDiffusionPipeline.from_pretrained(\"acme/paint\")\n"),
    (HUB, "from sentence_transformers import SentenceTransformer\n>>m = SentenceTransformer(\"acme/embed\")\n"),
];

/// Connections that nobody checks.
pub const CONNECTIONS: &[Risky] = &[
    (TLS, "import requests\n>>r = requests.get(url, verify=False)\n"),
    (TLS, "import requests\nr = requests.post(\n    url,\n    json=body,\n>>    verify=False,\n)\n"),
    (TLS, "import requests\ns = requests.Session()\n>>s.verify = False\n"),
    (TLS, "from requests import get\n>>r = get(url, timeout=5, verify=False)\n"),
    (TLS, "import requests\ns = requests.Session()\n>>r = s.get(url, verify=False)\n"),
    (TLS, "import httpx\n>>client = httpx.Client(verify=False)\n"),
    (TLS, "import httpx\n>>client = httpx.AsyncClient(verify=False, timeout=5)\n"),
    (TLS, "import aiohttp\n>>connector = aiohttp.TCPConnector(ssl=False)\n"),
    (TLS, "import aiohttp\n>>connector = aiohttp.TCPConnector(verify_ssl=False)\n"),
    (TLS, "import ssl\n>>context = ssl._create_unverified_context()\n"),
    (TLS, "import ssl\n>>ssl._create_default_https_context = ssl._create_unverified_context\n"),
    (TLS, "import ssl\nc = ssl.create_default_context()\n>>c.verify_mode = ssl.CERT_NONE\n"),
    (TLS, "import ssl\nc = ssl.create_default_context()\n>>c.check_hostname = False\n"),
    (TLS, "import urllib3\n>>pool = urllib3.PoolManager(cert_reqs=\"CERT_NONE\")\n"),
    (TLS, "import urllib3, ssl\n>>pool = urllib3.PoolManager(cert_reqs=ssl.CERT_NONE)\n"),
    (TLS, "import os\n>>os.environ[\"PYTHONHTTPSVERIFY\"] = \"0\"\n"),
    (TLS, "import boto3\n>>s3 = boto3.client(\"s3\", verify=False)\n"),
    (TLS, "import httpx\nfrom openai import OpenAI\n>>client = OpenAI(http_client=httpx.Client(verify=False))\n"),
];

/// A model's answer that becomes code or a command, and scripts that are run unread.
pub const ANSWERS: &[Risky] = &[
    (
        EXEC,
        "from openai import OpenAI\nclient = OpenAI()\nr = client.chat.completions.create(model=\"m\", messages=messages)\ncode = r.choices[0].message.content\n>>exec(code)\n",
    ),
    (
        EXEC,
        "from openai import OpenAI\nclient = OpenAI()\nr = client.chat.completions.create(model=\"m\", messages=messages)\n>>value = eval(r.choices[0].message.content)\n",
    ),
    (
        EXEC,
        "import anthropic\nclient = anthropic.Anthropic()\nanswer = client.messages.create(model=\"m\", messages=messages, max_tokens=99)\n>>exec(answer.content[0].text)\n",
    ),
    (
        EXEC,
        "import openai\n\n\ndef run(prompt):\n    response = openai.ChatCompletion.create(model=\"m\", messages=[{\"role\": \"user\", \"content\": prompt}])\n    code = response[\"choices\"][0][\"message\"][\"content\"]\n>>    exec(code, {})\n",
    ),
    (
        EXEC,
        "from openai import OpenAI\nclient = OpenAI()\ntext = client.responses.create(model=\"m\", input=question).output_text\n>>exec(compile(text, \"<answer>\", \"exec\"))\n",
    ),
    (EXEC, "from langchain_openai import ChatOpenAI\nllm = ChatOpenAI()\nresult = llm.invoke(question)\n>>exec(result.content)\n"),
    (EXEC, "from langchain_openai import ChatOpenAI\nllm = ChatOpenAI()\n>>value = eval(llm.invoke(question).content)\n"),
    (
        EXEC,
        "from transformers import pipeline\npipe = pipeline(\"text-generation\", model=local)\nout = pipe(prompt)[0][\"generated_text\"]\n>>exec(out)\n",
    ),
    (
        EXEC,
        "import re\nfrom openai import OpenAI\nclient = OpenAI()\nr = client.chat.completions.create(model=\"m\", messages=m)\nanswer = r.choices[0].message.content\ncode = re.search(r\"```python(.*?)```\", answer, re.S).group(1).strip()\n>>exec(code)\n",
    ),
    (EXEC, "import ollama\nreply = ollama.chat(model=\"m\", messages=m)\n>>exec(reply[\"message\"][\"content\"])\n"),
    (
        EXEC,
        "import litellm\nreply = litellm.completion(model=\"m\", messages=m)\nbody = reply.choices[0].message.content\n>>result = eval(body)\n",
    ),
    (EXEC, "from langchain_experimental.tools import PythonREPLTool\n>>tools = [PythonREPLTool()]\n"),
    (EXEC, "from langchain_experimental.utilities import PythonREPL\n>>repl = PythonREPL()\n"),
    (
        EXEC,
        "from langchain_experimental.agents import create_pandas_dataframe_agent\n>>agent = create_pandas_dataframe_agent(llm, frame, allow_dangerous_code=True)\n",
    ),
    (EXEC, "from langchain_experimental.pal_chain import PALChain\n>>chain = PALChain.from_math_prompt(llm)\n"),
    (
        SHELL,
        "import os\nfrom openai import OpenAI\nclient = OpenAI()\nr = client.chat.completions.create(model=\"m\", messages=m)\n>>os.system(r.choices[0].message.content)\n",
    ),
    (
        SHELL,
        "import subprocess\nfrom openai import OpenAI\nclient = OpenAI()\nr = client.chat.completions.create(model=\"m\", messages=m)\ncommand = r.choices[0].message.content\n>>subprocess.run(command, shell=True)\n",
    ),
    (
        SHELL,
        "import subprocess\nimport anthropic\nclient = anthropic.Anthropic()\nanswer = client.messages.create(model=\"m\", messages=m, max_tokens=99)\ncmd = answer.content[0].text\n>>out = subprocess.check_output(cmd, shell=True)\n",
    ),
    (
        SHELL,
        "import subprocess\nfrom langchain_openai import ChatOpenAI\nllm = ChatOpenAI()\nanswer = llm.invoke(question)\n>>subprocess.Popen(answer.content, shell=True)\n",
    ),
    (
        SHELL,
        "import subprocess\nfrom openai import OpenAI\nclient = OpenAI()\nreply = client.chat.completions.create(model=\"m\", messages=m).choices[0].message.content\n>>subprocess.run([\"bash\", \"-c\", reply])\n",
    ),
    (SHELL, "from langchain_community.tools import ShellTool\n>>tools = [ShellTool()]\n"),
    (
        SHELL,
        "import os\nimport ollama\nreply = ollama.generate(model=\"m\", prompt=p)[\"response\"]\n>>os.popen(f\"git {reply}\").read()\n",
    ),
    (REMOTE, "import requests\n>>exec(requests.get(\"https://dl.corp-tools.io/setup.py\").text)\n"),
    (REMOTE, "import requests\ncode = requests.get(\"https://dl.corp-tools.io/setup.py\").text\n>>exec(code)\n"),
    (REMOTE, "from urllib.request import urlopen\n>>exec(urlopen(\"https://dl.corp-tools.io/setup.py\").read())\n"),
    (REMOTE, "import os\n>>os.system(\"curl -fsSL https://dl.corp-tools.io/get.sh | sh\")\n"),
    (REMOTE, "import subprocess\n>>subprocess.run(\"wget -qO- https://dl.corp-tools.io/get.sh | sudo bash\", shell=True, check=True)\n"),
    (REMOTE, "import subprocess\n>>subprocess.run([\"bash\", \"-c\", \"curl -s https://dl.corp-tools.io/get.sh | bash\"], check=True)\n"),
    (REMOTE, "import os\n>>os.system(\"pip install http://dl.corp-tools.io/tool-1.0.tar.gz\")\n"),
    (
        REMOTE,
        "import subprocess, sys\n>>subprocess.check_call([sys.executable, \"-m\", \"pip\", \"install\", \"http://dl.corp-tools.io/tool-1.0.whl\"])\n",
    ),
];
