{{/*
Passwords and keys the pods read, as a JSON list: the variable, the secret that holds the value
and its key there, and the value itself where it was given inline.
*/}}
{{- define "philotes-worker.credentials" -}}
{{- $database := include "philotes-worker.database" . | fromJson -}}
{{- $storage := include "philotes-worker.storage" . | fromJson -}}
{{- $given := list
  (dict "variable" "PHILOTES_DB_PASSWORD" "path" "database.password" "inline" $database.password
    "existingSecret" $database.existingSecret "existingKey" $database.passwordKey
    "ownKey" "database-password" "usualSecret" "philotes-postgresql")
  (dict "variable" "PHILOTES_CDC_SOURCE_PASSWORD" "path" "cdc.source.password" "inline" .Values.cdc.source.password
    "existingSecret" .Values.cdc.source.existingSecret "existingKey" .Values.cdc.source.passwordKey
    "ownKey" "source-password" "usualSecret" "philotes-postgresql")
  (dict "variable" "PHILOTES_STORAGE_ACCESS_KEY" "path" "storage.accessKey" "inline" $storage.accessKey
    "existingSecret" $storage.existingSecret "existingKey" $storage.accessKeyKey
    "ownKey" "storage-access-key" "usualSecret" "philotes-minio")
  (dict "variable" "PHILOTES_STORAGE_SECRET_KEY" "path" "storage.secretKey" "inline" $storage.secretKey
    "existingSecret" $storage.existingSecret "existingKey" $storage.secretKeyKey
    "ownKey" "storage-secret-key" "usualSecret" "philotes-minio")
-}}
{{- $found := list -}}
{{- range $given -}}
{{- $found = append $found (include "philotes-worker.credential" (dict "context" $ "given" .) | fromJson) -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{/*
One of them. It comes from the existing secret if one is named, else from what was given inline,
else from Vault if that is on, else from the secret that is called so by convention.
*/}}
{{- define "philotes-worker.credential" -}}
{{- $fullname := include "philotes-worker.fullname" .context -}}
{{- $vault := .context.Values.vault.enabled -}}
{{- $secret := .given.usualSecret -}}
{{- $key := .given.existingKey -}}
{{- with .given -}}
{{- if and .inline .existingSecret -}}
{{- fail (printf "philotes-worker: %s and the existingSecret beside it exclude one another" .path) -}}
{{- else if and .inline $vault -}}
{{- fail (printf "philotes-worker: %s and vault.enabled exclude one another" .path) -}}
{{- else if .existingSecret -}}
{{- $secret = .existingSecret -}}
{{- else if .inline -}}
{{- $secret = $fullname -}}
{{- $key = .ownKey -}}
{{- else if $vault -}}
{{- $secret = printf "%s-vault" $fullname -}}
{{- $key = .ownKey -}}
{{- end -}}
{{- dict "variable" .variable "secret" $secret "key" $key "inline" .inline | toJson -}}
{{- end -}}
{{- end -}}

{{/* The variables that hold them. */}}
{{- define "philotes-worker.credentialEnv" -}}
{{- range include "philotes-worker.credentials" . | fromJsonArray }}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end }}
{{- end -}}

{{/* Content of the chart's own secret, as YAML; nothing if nothing was given inline. */}}
{{- define "philotes-worker.ownSecret" -}}
{{- range include "philotes-worker.credentials" . | fromJsonArray }}
{{- if .inline }}
{{ .key }}: {{ .inline | b64enc | quote }}
{{- end }}
{{- end }}
{{- end -}}
