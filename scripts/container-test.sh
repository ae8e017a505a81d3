#!/usr/bin/env bash
# Builds the image of a generated project without a daemon and looks inside: user, entry point, files, setuid bits,
# secrets in each layer, and the health check at work.
#   scripts/container-test.sh [KIND...]      (default: sklearn-tabular llm-app)
# Runs as root on Debian; installs buildah, skopeo, umoci and debootstrap where they are missing. The pinned base image
# cannot be pulled everywhere, so a minimal Debian with Python, made here, stands in for it by BASE_IMAGE.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
highroad=${HIGHROAD:-$PWD/target/release/highroad}
kinds=("$@")
[ $# -gt 0 ] || kinds=(sklearn-tabular llm-app)

missing=()
for tool in buildah skopeo umoci debootstrap crun; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# The base is kept between runs; everything else is made anew.
store=$PWD/target/container-test
work=$(mktemp -d)
cleanup() {
    [ -z "${served:-}" ] || kill "$served" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
mkdir -p "$store"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/root"\nrunroot = "%s/run"\n' "$store" "$store" >"$store/storage.conf"
export CONTAINERS_STORAGE_CONF=$store/storage.conf STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot CONTAINER_TOOL=buildah

base=localhost/highroad-base:local
if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$work/rootfs" >"$store/debootstrap.log" 2>&1
    # The build reaches the package index the way this machine does.
    cp /etc/ssl/certs/ca-certificates.crt "$work/rootfs/etc/ssl/certs/ca-certificates.crt"
    printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$work/rootfs/etc/pip.conf"
    rm -rf "$work"/rootfs/var/cache/apt/archives/*.deb "$work"/rootfs/var/lib/apt/lists/*
    tar -C "$work/rootfs" -cf "$work/base.tar" --exclude='./dev/*' .
    container=$(buildah from scratch)
    buildah add -q "$container" "$work/base.tar" / >/dev/null
    buildah commit -q "$container" "$base" >/dev/null
    buildah rm "$container" >/dev/null
fi

in_container() { buildah run "$container" -- "$@"; }

for kind in "${kinds[@]}"; do
    project=$work/$kind/demo
    mkdir -p "$work/$kind"
    "$highroad" new "$project" --kind "$kind" --yes >/dev/null 2>&1
    # Planted: none of it may get into the image.
    mkdir -p "$project"/{src/planted,artifacts,data/local}
    printf 'planted\n' | tee "$project/.env" "$project/src/.env" "$project/src/key.pem" "$project/src/planted/model.pkl" "$project/data/local/people.csv" >/dev/null
    image=localhost/highroad-$kind:test
    make -s -C "$project" image BASE_IMAGE="$base" IMAGE="$image" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }

    # The health check is a part of the docker format, not of OCI's, so buildah tells it.
    buildah inspect --type image "$image" | python3 -c '
import json, sys
config = json.load(sys.stdin)["Docker"]["config"]
user, entry, health = config["User"], config["Entrypoint"], config["Healthcheck"]["Test"]
print("user", user, "entry point", entry, config["Cmd"], "health check", health)
if user.split(":")[0] in ("", "0", "root") or entry[:2] != ["python", "-m"] or health[0] != "CMD":
    sys.exit("the image is not as it should be")
secret = [e for e in config["Env"] if any(word in e.upper() for word in ("TOKEN=", "KEY=", "PASSWORD=", "SECRET="))]
if secret:
    sys.exit(f"the environment names {secret}")
'
    skopeo copy -q "containers-storage:$image" "oci:$work/$kind/oci:test"
    umoci unpack --image "$work/$kind/oci:test" "$work/$kind/bundle" >/dev/null 2>&1
    python3 - "$work/$kind" <<'EOT'
import json, os, pathlib, stat, sys, tarfile

work = pathlib.Path(sys.argv[1])
rootfs = work / "bundle/rootfs"
bad = []
for folder, _, names in os.walk(rootfs):
    for name in names:
        path = pathlib.Path(folder, name)
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and mode & 0o6000:
            bad.append(f"setuid or setgid: {path.relative_to(rootfs)}")
for tool in ("pip", "gcc", "cc", "make", "git"):
    for folder in ("opt/venv/bin", "usr/bin", "usr/local/bin"):
        if (rootfs / folder / tool).exists():
            bad.append(f"a build tool: {folder}/{tool}")
oci = work / "oci"
blob = lambda digest: oci / "blobs" / digest.replace(":", "/")
manifest = json.loads(blob(json.loads((oci / "index.json").read_text())["manifests"][0]["digest"]).read_text())
for number, layer in enumerate(manifest["layers"]):
    with tarfile.open(blob(layer["digest"])) as tar:
        entries = 0
        for entry in tar:
            entries += 1
            name = entry.name.split("/")[-1]
            ours = entry.name.startswith("app/")
            if ours and (name.startswith((".env", ".git")) or name.endswith((".pem", ".pkl", ".csv"))):
                bad.append(f"layer {number}: {entry.name}")
            if ours and entry.isfile() and entry.size < 1_000_000 and tar.extractfile(entry).read() == b"planted\n":
                bad.append(f"layer {number}: planted bytes in {entry.name}")
    print(f"layer {number}: {entries} entries")
if bad:
    sys.exit("\n".join(bad))
EOT
    container=$(buildah from --pull-never "$image")
    in_container python -m demo --help >/dev/null
    in_container sh -c 'test "$(id -u)" != 0 && ! touch /app/src/x 2>/dev/null && ! touch /opt/venv/x 2>/dev/null'
    health=(python -m demo health)
    if grep -q '"serve"' "$project/Dockerfile"; then
        # Before the start the check must say no. The chroot shares the host's network: a port of its own.
        if buildah run --env PORT=18099 "$container" -- "${health[@]}" >/dev/null 2>&1; then
            echo 'the health check is green without a service'
            exit 1
        fi
        python3 -c 'import secrets; print(secrets.token_urlsafe(32))' >"$work/token"
        chmod 644 "$work/token"
        buildah run --env PORT=18099 --env DEMO_API_TOKEN_FILE=/run/token -v "$work/token:/run/token:ro" -v "$project/data:/app/data:ro" \
            "$container" -- python -m demo serve >"$work/serve.log" 2>&1 &
        served=$!
        healthy=
        for _ in $(seq 30); do
            sleep 1
            if buildah run --env PORT=18099 "$container" -- "${health[@]}" >/dev/null 2>&1; then healthy=yes; break; fi
        done
        kill "$served" && served=
        [ -n "$healthy" ] || { cat "$work/serve.log"; exit 1; }
    else
        in_container python -c 'from demo.settings import DEFAULT, load_settings; load_settings(DEFAULT)'
    fi
    buildah rm "$container" >/dev/null
    buildah rmi "$image" >/dev/null
    echo "container $kind: passed"
done
