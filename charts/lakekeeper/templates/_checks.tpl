{{/* Ends with a sentence if values contradict one another; renders nothing. */}}
{{- define "lakekeeper.checks" -}}
{{- include "lakekeeper.globalChecks" . -}}
{{- include "lakekeeper.volumeChecks" . -}}
{{- $names := list -}}
{{- range .Values.extraEnv -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- with .Values.catalog -}}
{{- if and .openid.enabled (not .openid.providerUri) (not (regexMatch "(^|,)LAKEKEEPER__OPENID_PROVIDER" (join "," $names))) -}}
{{- fail "lakekeeper: catalog.openid.enabled needs catalog.openid.providerUri, or LAKEKEEPER__OPENID_PROVIDER_URI in extraEnv, for the image asks for tokens only of a provider it knows" -}}
{{- end -}}
{{- if and .authz.enabled (not .authz.backend) (not (has "LAKEKEEPER__AUTHZ_BACKEND" $names)) -}}
{{- fail "lakekeeper: catalog.authz.enabled needs catalog.authz.backend, or LAKEKEEPER__AUTHZ_BACKEND in extraEnv, for without one the image allows everything" -}}
{{- end -}}
{{- end -}}
{{- with .Values -}}
{{- if and .networkPolicy.enabled (not .networkPolicy.extraFrom) -}}
{{- if and .ingress.enabled (not .networkPolicy.fromIngress) -}}
{{- fail "lakekeeper: ingress.enabled with networkPolicy.enabled needs networkPolicy.fromIngress, the peers of the ingress controller, for the policy would keep it out" -}}
{{- end -}}
{{- if and (ne .service.type "ClusterIP") (not .networkPolicy.fromIngress) -}}
{{- fail (printf "lakekeeper: service.type %s with networkPolicy.enabled needs networkPolicy.extraFrom, or fromIngress, the peers that call from outside the cluster, for the policy would keep them out" .service.type) -}}
{{- end -}}
{{- end -}}
{{- if and .autoscaling.enabled (gt (int .autoscaling.minReplicas) (int .autoscaling.maxReplicas)) -}}
{{- fail "lakekeeper: autoscaling.minReplicas is above autoscaling.maxReplicas" -}}
{{- end -}}
{{- end -}}
{{- $taken := list "LAKEKEEPER__PG__DATABASE_URL_READ" "LAKEKEEPER__PG__DATABASE_URL_WRITE" "LAKEKEEPER__PG_DATABASE_URL_READ" "LAKEKEEPER__PG_DATABASE_URL_WRITE" -}}
{{- range include "lakekeeper.credentials" . | fromJsonArray -}}
{{- $taken = append $taken .variable -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name $taken -}}
{{- fail (printf "lakekeeper: extraEnv names %s, which is there already" .name) -}}
{{- end -}}
{{- $taken = append $taken .name -}}
{{- end -}}
{{- end -}}

{{/*
Beside other charts there may be keys under global that are theirs; alone, one that is not known is
misspelt. (The umbrella philotes looks for these itself.)
*/}}
{{- define "lakekeeper.globalChecks" -}}
{{- if .Chart.IsRoot -}}
{{- range keys (default (dict) .Values.global) | sortAlpha -}}
{{- if not (has . (list "environment" "database" "storage")) -}}
{{- fail (printf "lakekeeper: global.%s is not known: global holds environment, database and storage" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "lakekeeper.volumeChecks" -}}
{{- $volumes := list "tmp" -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $volumes -}}
{{- fail (printf "lakekeeper: extraVolumes names %s, which is there already" .name) -}}
{{- end -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- $paths := list "/tmp" -}}
{{- range .Values.extraVolumeMounts -}}
{{- if not (has .name $volumes) -}}
{{- fail (printf "lakekeeper: extraVolumeMounts names %s, which is not among extraVolumes" .name) -}}
{{- end -}}
{{- if has .mountPath $paths -}}
{{- fail (printf "lakekeeper: extraVolumeMounts names %s, where something is mounted already" .mountPath) -}}
{{- end -}}
{{- $paths = append $paths .mountPath -}}
{{- end -}}
{{- end -}}
