//! Files of other kinds that can hurt, and Python that cannot.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

const TLS: &str = "tls-verification-off";
const REMOTE: &str = "remote-script-execution";
/// In a pipeline it may go by the name of what a pipeline takes in unread.
const PIPELINE: &str = "remote-script-execution|unpinned-ci-include";

/// The guardrail, the path, and the text with `>>` before the line.
pub const FILES: &[(&str, &str, &str)] = &[
    (REMOTE, "a/setup.sh", "#!/bin/sh\nset -e\n>>curl -fsSL https://dl.corp-tools.io/get.sh | sh\n"),
    (REMOTE, "b/setup.sh", "#!/bin/bash\n>>wget -qO- https://dl.corp-tools.io/get.sh | bash -s -- --yes\n"),
    (REMOTE, "c/setup.sh", "#!/bin/bash\n>>bash <(curl -s https://dl.corp-tools.io/get.sh)\n"),
    (REMOTE, "d/setup.sh", "#!/bin/bash\n>>sh -c \"$(curl -fsSL https://dl.corp-tools.io/get.sh)\"\n"),
    (REMOTE, "e/setup.sh", "#!/bin/bash\n>>curl -sSL https://dl.corp-tools.io/get.py | python3 -\n"),
    (REMOTE, "f/setup.sh", "#!/bin/bash\n>>curl -sSL https://dl.corp-tools.io/get.sh \\\n  | sudo -E bash -\n"),
    (REMOTE, "g/setup.sh", "#!/bin/bash\n>>eval \"$(curl -fsSL https://dl.corp-tools.io/env.sh)\"\n"),
    (REMOTE, "h/setup.sh", "#!/bin/bash\n>>source <(curl -s https://dl.corp-tools.io/env.sh)\n"),
    (REMOTE, "i/setup.sh", "#!/bin/bash\n>>pip install http://dl.corp-tools.io/tool-1.0.tar.gz\n"),
    (
        "remote-script-execution|remote-script-in-dockerfile",
        "j/Dockerfile",
        "FROM python:3.12-slim\n>>RUN curl -fsSL https://dl.corp-tools.io/get.sh | sh\nUSER 1000\n",
    ),
    (
        "remote-script-execution|remote-script-in-dockerfile",
        "k/Dockerfile",
        "FROM python:3.12-slim\nRUN apt-get update && \\\n>>    wget -O - https://dl.corp-tools.io/get.sh | bash\nUSER 1000\n",
    ),
    (REMOTE, "l/Makefile", "setup:\n>>\tcurl -fsSL https://dl.corp-tools.io/get.sh | sh\n"),
    (
        PIPELINE,
        ".github/workflows/m.yml",
        "name: m\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n>>      - run: curl -fsSL https://dl.corp-tools.io/get.sh | bash\n",
    ),
    (
        PIPELINE,
        ".github/workflows/n.yml",
        "name: n\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          echo start\n>>          curl -fsSL https://dl.corp-tools.io/get.sh | bash\n",
    ),
    (
        PIPELINE,
        ".gitlab-ci.yml",
        "test:\n  image: python:3.12-slim\n  script:\n>>    - curl -fsSL https://dl.corp-tools.io/get.sh | bash\n",
    ),
    (TLS, "o/fetch.sh", "#!/bin/sh\n>>curl -k https://data.corp-tools.io/rows.csv -o rows.csv\n"),
    (TLS, "p/fetch.sh", "#!/bin/sh\n>>wget --no-check-certificate https://data.corp-tools.io/rows.csv\n"),
    (TLS, "q/fetch.sh", "#!/bin/sh\n>>git config --global http.sslVerify false\n"),
    (TLS, "r/fetch.sh", "#!/bin/sh\n>>curl --insecure -sSL https://data.corp-tools.io/rows.csv > rows.csv\n"),
    (TLS, "s/Dockerfile", "FROM python:3.12-slim\n>>ENV PYTHONHTTPSVERIFY=0\nUSER 1000\n"),
];

/// Cells that only a notebook can hold.
pub const CELLS: &[(&str, &str)] = &[
    (REMOTE, "print('set up')\n>>!curl -fsSL https://dl.corp-tools.io/get.sh | sh\n"),
    (REMOTE, ">>!wget -qO- https://dl.corp-tools.io/get.sh | bash\n"),
    (REMOTE, "%%bash\nset -e\n>>curl -fsSL https://dl.corp-tools.io/get.sh | bash\n"),
    (REMOTE, ">>!pip install http://dl.corp-tools.io/tool-1.0.tar.gz\n"),
    (REMOTE, ">>%pip install http://dl.corp-tools.io/tool-1.0.tar.gz\n"),
    (TLS, ">>!wget --no-check-certificate https://data.corp-tools.io/rows.csv\n"),
    ("unsafe-deserialization", "!pip install torch\n%matplotlib inline\nimport torch\n>>state = torch.load('m.pt')\n"),
    ("unsafe-deserialization", "%%time\nimport joblib\n>>model = joblib.load('m.joblib')\n"),
    ("trust-remote-code", "?help\nfrom transformers import AutoModel\n>>m = AutoModel.from_pretrained('acme/x', trust_remote_code=True)\n"),
];

/// Python that does the same work without the risk, and such that only talks of it.
pub const SAFE: &[&str] = &[
    "import torch\nstate = torch.load(path, weights_only=True)\n",
    "import torch\nstate = torch.load(path, map_location=\"cpu\", weights_only=True)\n",
    "from torch import load\nstate = load(\n    path,\n    weights_only=True,\n)\n",
    "import torch\n# torch.load(path) would run code from the file\nstate = torch.load(path, weights_only=True)\n",
    "import torch\nmodel = torch.jit.load(path)\n",
    "import torch\ntorch.save(model.state_dict(), path)\n",
    "from safetensors.torch import load_file\nstate = load_file(path)\n",
    "from safetensors.torch import load\nstate = load(blob)\n",
    "import json\nsettings = json.load(open(\"settings.json\"))\n",
    "from json import load, loads\nsettings = load(stream)\nmore = loads(text)\n",
    "import json as pickle\nsettings = pickle.loads(text)\n",
    "import tomllib\nsettings = tomllib.load(stream)\n",
    "import yaml\nsettings = yaml.safe_load(stream)\n",
    "import yaml\nsettings = yaml.load(stream, Loader=yaml.SafeLoader)\n",
    "import yaml\nsettings = yaml.load(stream, Loader=yaml.CSafeLoader)\n",
    "import yaml\nsettings = yaml.load(stream, yaml.SafeLoader)\n",
    "from yaml import load, SafeLoader\nsettings = load(stream, Loader=SafeLoader)\n",
    "from ruamel.yaml import YAML\nyaml = YAML(typ=\"safe\")\nsettings = yaml.load(stream)\n",
    "import numpy as np\na = np.load(path, allow_pickle=False)\n",
    "import numpy as np\na = np.load(path)\n",
    "import numpy as np\na = np.load(path, mmap_mode=\"r\")\n",
    "import pickle\npickle.dump(model, stream)\nblob = pickle.dumps(model)\n",
    "import joblib\njoblib.dump(model, path)\n",
    "import pandas as pd\nframe = pd.read_parquet(path)\nframe.to_pickle(other)\n",
    "import keras\nmodel = keras.models.load_model(path, safe_mode=True)\n",
    "import keras\nmodel = keras.saving.load_model(\"model.keras\")\n",
    "import skops.io as sio\nmodel = sio.load(path, trusted=[])\n",
    "import jsonpickle\ntext = jsonpickle.encode(thing)\n",
    "class Reader:\n    def load(self, path):\n        return path\n\n\nreader = Reader()\nreader.load(\"model.pkl\")\n",
    "def load(path):\n    return open(path).read()\n\n\ntext = load(\"a.txt\")\n",
    "TEXT = \"Never call pickle.load() or torch.load(path) on a file you do not trust\"\n",
    "\"\"\"Why `pickle.loads(data)` is dangerous, and `exec(response)` too.\"\"\"\n",
    "help_text = \"\"\"\nstate = torch.load(path)\nos.system('curl https://dl.corp-tools.io/get.sh | sh')\n\"\"\"\n",
    "from transformers import AutoModel\nm = AutoModel.from_pretrained(\"acme/ranker\", revision=\"0123456789abcdef0123456789abcdef01234567\")\n",
    "from transformers import AutoModel\nm = AutoModel.from_pretrained(\"./models/ranker\")\n",
    "from transformers import AutoModel\nm = AutoModel.from_pretrained(\"/opt/models/ranker\", local_files_only=True)\n",
    "from transformers import AutoModel\nR = \"0123456789abcdef0123456789abcdef01234567\"\nm = AutoModel.from_pretrained(\"acme/ranker\", revision=R, trust_remote_code=False)\n",
    "from datasets import load_dataset\nd = load_dataset(\"acme/rows\", revision=\"0123456789abcdef0123456789abcdef01234567\")\n",
    "from datasets import load_dataset\nd = load_dataset(\"csv\", data_files=\"rows.csv\")\n",
    "from datasets import load_dataset\nd = load_dataset(\"json\", data_files={\"train\": \"a.jsonl\"})\n",
    "from huggingface_hub import hf_hub_download\np = hf_hub_download(\"acme/r\", \"m.safetensors\", revision=\"0123456789abcdef0123456789abcdef01234567\")\n",
    "import requests\nr = requests.get(url, verify=True, timeout=5)\n",
    "import requests\nr = requests.get(url, verify=\"/etc/ssl/corp.pem\", timeout=5)\n",
    "import requests\ns = requests.Session()\ns.verify = \"/etc/ssl/corp.pem\"\n",
    "import jwt\nclaims = jwt.decode(token, key, algorithms=[\"RS256\"])\n",
    "def check(signature, verify=False):\n    return verify\n\n\ncheck(b\"\", verify=False)\n",
    "import ssl\ncontext = ssl.create_default_context()\ncontext.verify_mode = ssl.CERT_REQUIRED\n",
    "import ast\nfrom openai import OpenAI\nclient = OpenAI()\nr = client.chat.completions.create(model=\"m\", messages=m)\nvalue = ast.literal_eval(r.choices[0].message.content)\n",
    "import json\nfrom openai import OpenAI\nclient = OpenAI()\nr = client.chat.completions.create(model=\"m\", messages=m)\nplan = json.loads(r.choices[0].message.content)\nprint(plan)\n",
    "import torch\nmodel.eval()\nwith torch.no_grad():\n    out = model(x)\n",
    "import tensorflow as tf\nsession.run(init)\nscore = model.evaluate(x, y)\n",
    "import pandas as pd\nframe = pd.DataFrame(rows)\nframe[\"c\"] = frame.eval(\"a + b\")\n",
    "import subprocess\nsubprocess.run([\"git\", \"rev-parse\", \"HEAD\"], check=True)\n",
    "import subprocess\nsubprocess.run([\"nvidia-smi\"], capture_output=True, check=False)\n",
    "import subprocess\nfrom openai import OpenAI\nclient = OpenAI()\nr = client.chat.completions.create(model=\"m\", messages=m)\nprint(r.choices[0].message.content)\nsubprocess.run([\"ls\", \"-l\"], check=True)\n",
    "import requests\nrows = requests.get(\"https://data.corp-tools.io/rows.json\", timeout=5).json()\nprint(rows)\n",
    "from cursor import execute\nexecute(\"select 1\")\n",
    "import re\npattern = re.compile(r\"exec\\(|eval\\(\")\n",
    "import importlib\nmodule = importlib.import_module(\"ranker.models\")\n",
    "import gradio as gr\ndemo = gr.load(\"models/local\")\n",
    "import spacy\nnlp = spacy.load(\"en_core_web_sm\")\n",
    "import cv2\nimage = cv2.imread(path)\nnet = cv2.dnn.readNetFromONNX(path)\n",
    "import librosa\ny, rate = librosa.load(path)\n",
    "import xgboost as xgb\nbooster = xgb.Booster()\nbooster.load_model(\"model.json\")\n",
    "import onnxruntime as ort\nsession = ort.InferenceSession(\"model.onnx\")\n",
    "from dotenv import load_dotenv\nload_dotenv()\n",
];

/// Other files that are in order.
pub const SAFE_FILES: &[(&str, &str)] = &[
    (
        "t/setup.sh",
        "#!/bin/sh\nset -e\ncurl -fsSLo get.sh https://dl.corp-tools.io/get.sh\necho \"$SUM  get.sh\" | sha256sum -c -\nsh get.sh\n",
    ),
    (
        "u/setup.sh",
        "#!/bin/sh\n# never do: curl https://dl.corp-tools.io/get.sh | sh\ncurl -fsSL https://data.corp-tools.io/rows.json | jq .rows\n",
    ),
    ("v/setup.sh", "#!/bin/sh\ncurl -fsSL https://dl.corp-tools.io/rows.tar.gz | tar -xz -C data\n"),
    ("w/Dockerfile", "FROM python:3.12-slim\nRUN pip install --no-cache-dir --require-hashes -r requirements.txt\nUSER 1000\n"),
    ("x/Makefile", "test:\n\tpython -m pytest | tee out.txt\n"),
    ("y/notes.txt", "curl https://dl.corp-tools.io/get.sh | sh\ntorch.load(path)\n"),
];
