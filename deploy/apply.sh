#!/bin/sh
# Bring a cluster to an overlay: `deploy/apply.sh deploy/overlays/university`. At first, and at each upgrade.
# The schema comes before the servers that need it; those of the version before serve meanwhile.
set -eu
overlay=${1:?"name the overlay, such as deploy/overlays/university"}

# rendered once and whole: a secret that is missing stops this before anything is changed
manifests=$(mktemp)
trap 'rm -f "$manifests"' EXIT
kubectl kustomize "$overlay" > "$manifests"

kubectl delete job migrate --namespace absense --ignore-not-found
kubectl apply --filename "$manifests" --selector absense/phase=before
until kubectl wait job/migrate --namespace absense --for condition=complete --timeout 10s; do
    if kubectl wait job/migrate --namespace absense --for condition=failed --timeout 0s; then
        kubectl logs job/migrate --namespace absense --tail 20 >&2
        echo "The database was not migrated, and the version before goes on. See to what is said above; try again." >&2
        exit 1
    fi
    # ends this where the cluster does not answer, or somebody removed the Job
    kubectl get job/migrate --namespace absense --output name > /dev/null
done
kubectl apply --filename "$manifests"
for one in server worker proxy; do
    kubectl rollout status "deployment/$one" --namespace absense --timeout 15m
done
